namespace HyphaMarket.Libp2p.Muxing;

/// <summary>One stream as a <see cref="YamuxSession"/> sees it. Only the session changes it.</summary>
internal sealed class YamuxStreamState
{
    internal ByteQueue Received;

    internal YamuxStreamState(uint id, bool isOutbound)
    {
        Id = id;
        IsOutbound = isOutbound;
        SynPending = isOutbound;
        AckPending = !isOutbound;
    }

    public uint Id { get; }

    /// <summary>We opened it.</summary>
    public bool IsOutbound { get; }

    /// <summary>The driver's object for this stream.</summary>
    public object? Owner { get; set; }

    /// <summary>What <see cref="IMuxerResources"/> gave for it. The session gives it back for a stream we opened, the driver for one the peer opened.</summary>
    internal IDisposable? Reservation { get; set; }

    /// <summary>Bytes the peer still lets us send.</summary>
    public long SendWindow { get; internal set; } = YamuxOptions.InitialWindowBytes;

    /// <summary>Bytes we still let the peer send.</summary>
    public long ReceiveWindow { get; internal set; } = YamuxOptions.InitialWindowBytes;

    /// <summary>What the receive window is when everything received has been delivered and credited; grows with auto-tuning.</summary>
    public int WindowLimit { get; internal set; } = YamuxOptions.InitialWindowBytes;

    /// <summary>We sent FIN.</summary>
    public bool WriteClosed { get; internal set; }

    /// <summary>The peer sent FIN.</summary>
    public bool ReadFinished { get; internal set; }

    /// <summary>Reset by either side, or by the end of the session.</summary>
    public bool IsReset { get; internal set; }

    /// <summary>Bytes received that nobody has read.</summary>
    public int BufferedBytes => Received.Length;

    /// <summary>Bytes given to the application since the last window update.</summary>
    internal long Delivered { get; set; }

    internal TimeSpan LastUpdate { get; set; }

    internal bool SynPending { get; set; }

    internal bool AckPending { get; set; }

    /// <summary>Outbound: the peer acknowledged it (or ended it).</summary>
    internal bool Acknowledged { get; set; }

    internal bool ReadPending { get; set; }

    internal Memory<byte> ReadTarget { get; set; }

    internal bool WritePending { get; set; }

    internal ReadOnlyMemory<byte> WriteRest { get; set; }

    /// <summary>It waits in the queue of writers that have a window.</summary>
    internal bool Queued { get; set; }

    /// <summary>The application is done with it; what still comes is dropped.</summary>
    internal bool Released { get; set; }

    internal long DroppedBytes { get; set; }

    internal TimeSpan LingerUntil { get; set; }

    internal LinkedListNode<YamuxStreamState>? LingerNode { get; set; }
}
