namespace HyphaMarket.Libp2p.Muxing;

internal sealed partial class YamuxSession
{
    /// <summary>Memory is asked for in steps, so that it is asked for seldom.</summary>
    private const int MemoryStep = 64 * 1024;

    /// <summary>
    /// What buffers may hold unasked: every connection is given that much when it opens. It is also the longest frame to leave while memory
    /// is refused, so that a writer is slowed down and never stopped.
    /// </summary>
    private const int MemoryUnasked = 16 * 1024;

    private int _memoryHeld;

    /// <summary>Bytes of buffers and windows the session has asked for and not given back.</summary>
    public int MemoryHeld => _memoryHeld;

    /// <summary>Asks for what the buffers will hold beyond what was asked for already. What larger windows were granted is there for received bytes.</summary>
    private bool TryHold(int received, int extraWindow, int output, bool urgent)
    {
        if (_resources is null) return true;
        var missing = MemoryNeeded(received, extraWindow, output) - _memoryHeld;
        if (missing <= 0) return true;
        missing = (missing + MemoryStep - 1) / MemoryStep * MemoryStep;
        if (!_resources.TryReserveMemory(missing, urgent)) return false;
        _memoryHeld += missing;
        return true;
    }

    /// <summary>Gives memory back once three quarters of it are not needed: a buffer that fills and empties all the time asks once.</summary>
    private void TrimMemory()
    {
        if (_memoryHeld == 0) return;
        var needed = Math.Max(0, MemoryNeeded(BufferedBytes, _extraWindow, _output.Count));
        if (needed > _memoryHeld / 4) return;
        var kept = (needed + MemoryStep - 1) / MemoryStep * MemoryStep;
        if (kept >= _memoryHeld) return;
        _resources!.ReleaseMemory(_memoryHeld - kept);
        _memoryHeld = kept;
    }

    private int MemoryNeeded(int received, int extraWindow, int output) => Math.Max(received, extraWindow) + output + _sending.Count - MemoryUnasked;
}
