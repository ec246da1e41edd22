using System.Net;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Muxing;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

/// <summary>One upgraded connection in the host's table.</summary>
internal sealed class HostConnection(
    MuxedConnection muxer, ConnectionDirection direction, Multiaddr remoteAddress, IPAddress? remoteIp, TimeSpan opened) : IDisposable
{
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _openedAt = TimeProvider.System.GetTimestamp();

    public MuxedConnection Muxer => muxer;

    public PeerId Peer => muxer.RemotePeer;

    public ConnectionDirection Direction => direction;

    public Multiaddr RemoteAddress => remoteAddress;

    /// <summary>The address that limits count for.</summary>
    public IPAddress? RemoteIp => remoteIp;

    /// <summary>When it was ready, since the host's start.</summary>
    public TimeSpan Opened => opened;

    public long Id { get; init; }

    /// <summary>What it holds of the host's resources.</summary>
    public required ConnectionScope Scope { get; init; }

    public Multiaddr? LocalAddress { get; init; }

    /// <summary>What a relay allows it; null for a direct connection.</summary>
    public ConnectionLimits? Limits { get; init; }

    public bool IsLimited => Limits is not null;

    /// <summary>The clock of its age.</summary>
    public TimeProvider Time
    {
        get;
        init
        {
            field = value;
            _openedAt = value.GetTimestamp();
        }
    } = TimeProvider.System;

    /// <summary>Our address as the peer sees it.</summary>
    public Multiaddr? ObservedAddress { get; set; }

    /// <summary>Cancelled when the connection has ended; the token of its handlers.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>No stream will open on it any more.</summary>
    public bool IsClosing => _ended.IsCancellationRequested || muxer.IsClosing;

    /// <summary>Completes when its place is free.</summary>
    public Task Released => _released.Task;

    /// <summary>What is known of it now.</summary>
    public ConnectionInfo Describe() => new(Peer, direction, remoteAddress, ObservedAddress, Time.GetElapsedTime(_openedAt), muxer.StreamCount)
    {
        Id = Id,
        IsLimited = IsLimited,
        LocalAddress = LocalAddress,
    };

    /// <summary>The connection has ended: its handlers stop, and its place is free.</summary>
    public void MarkEnded()
    {
        Scope.Dispose();
        _released.TrySetResult();
        _ended.Cancel();
    }

    public void Dispose()
    {
        Scope.Dispose();
        _ended.Dispose();
    }
}
