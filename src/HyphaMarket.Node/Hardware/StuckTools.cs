using System.Diagnostics;

namespace HyphaMarket.Node.Hardware;

/// <summary>Tools that were ended and are still there: one that is stuck in the kernel, in a driver that hangs, dies only when the driver lets it go.</summary>
/// <remarks>While one is there its tool is not run again, so there are never more than those of one look at the machine.</remarks>
internal sealed class StuckTools
{
    private readonly Lock _gate = new();
    private readonly List<(string Tool, Process Process)> _stuck = [];

    /// <summary>Whether an earlier process of the tool has not gone yet.</summary>
    public bool Has(string tool)
    {
        lock (_gate)
        {
            for (var i = _stuck.Count - 1; i >= 0; i--)
            {
                if (!_stuck[i].Process.HasExited) continue;
                _stuck[i].Process.Dispose();
                _stuck.RemoveAt(i);
            }

            return _stuck.Exists(stuck => stuck.Tool == tool);
        }
    }

    /// <summary>Takes over a process that was told to end.</summary>
    public void Add(string tool, Process process)
    {
        lock (_gate) _stuck.Add((tool, process));
    }
}
