using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;
using HyphaMarket.Libp2p.Resources;
using HyphaMarket.Libp2p.Transport;

namespace HyphaMarket.Libp2p.Hosting;

public sealed partial class Host
{
    private readonly SemaphoreSlim _dialSlots;
    private readonly Lock _dialLock = new();
    private readonly Dictionary<(PeerId, DialOptions), Task<HostConnection>> _dials = [];

    public Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, CancellationToken cancellationToken = default) =>
        ConnectAsync(peer, addresses, DialOptions.Default, cancellationToken);

    public async Task ConnectAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, DialOptions options, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(addresses);
        ArgumentNullException.ThrowIfNull(options);
        if (_table.Preferred(peer, allowLimited: !options.ForceDirect) is null) await DialAsync(peer, addresses, options, cancellationToken);
    }

    /// <summary>Dials, or joins the dial under way. One caller's cancellation does not end a dial that others wait for: its own deadlines do.</summary>
    private async Task<HostConnection> DialAsync(PeerId peer, IReadOnlyList<Multiaddr> addresses, DialOptions options, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed != 0, this);
        if (peer.IsDefault) throw new DialException("No peer is named.");
        if (peer == Id) throw new DialException("The peer is this node itself.");
        if (Gater.Of(peer) == GateVerdict.Denied) throw new DialException($"{peer} is on the deny list.");
        for (var joined = false; ; joined = true)
        {
            Task<HostConnection> dial;
            var mine = false;
            lock (_dialLock)
            {
                // The last dial may have succeeded between the caller's look and this one.
                if (_table.Preferred(peer, allowLimited: !options.ForceDirect) is { } open) return open;
                if (!_dials.TryGetValue((peer, options), out dial!))
                {
                    mine = true;
                    dial = StartDial(peer, addresses, options);
                }
            }
            try
            {
                return await dial.WaitAsync(cancellationToken);
            }
            catch (DialException) when (!mine && !joined && addresses.Count > 0)
            {
                // The dial we joined may not have known our addresses.
            }
        }
    }

    private Task<HostConnection> StartDial(PeerId peer, IReadOnlyList<Multiaddr> addresses, DialOptions options)
    {
        var result = new TaskCompletionSource<HostConnection>(TaskCreationOptions.RunContinuationsAsynchronously);
        _dials.Add((peer, options), result.Task);
        Run(async () =>
        {
            try
            {
                var connection = await DialAnyAsync(peer, addresses, options);
                Forget();
                result.SetResult(connection);
            }
            catch (OperationCanceledException exception)
            {
                Forget();
                result.SetException(new DialException("The host is closing.", exception));
            }
            catch (Exception exception)
            {
                Forget();
                result.SetException(exception);
            }
        });
        // Every waiter may have been cancelled; nobody else looks at the failure then.
        _ = result.Task.ContinueWith(static task => _ = task.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return result.Task;

        void Forget()
        {
            lock (_dialLock) _dials.Remove((peer, options));
        }
    }

    /// <summary>Tries the addresses, each a little after the one before or at once when that has failed; the first that leads to the peer wins.</summary>
    private async Task<HostConnection> DialAnyAsync(PeerId peer, IReadOnlyList<Multiaddr> given, DialOptions options)
    {
        var failures = new List<string>();
        var known = (options.OnlyGiven ? given : given.Concat(_peerStore.GetAddresses(peer))).ToArray();
        var names = known.Where(IsName).Distinct().Take(MaxNamesPerDial).ToArray();
        var candidates = new Queue<Multiaddr>(Candidates(peer, known.Where(address => !IsName(address)), options, failures));
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_lifetime.Token);
        var attempts = new List<Task<DialAttempt>>();
        while (candidates.Count > 0 || attempts.Count > 0 || names.Length > 0)
        {
            if (candidates.Count == 0 && attempts.Count == 0)
            {
                candidates = new Queue<Multiaddr>(Candidates(peer, await FollowNamesAsync(peer, names, failures, stop.Token), options, failures));
                names = [];
                continue;
            }
            if (candidates.TryDequeue(out var address)) attempts.Add(AttemptAsync(peer, address, options, stop.Token));
            if (await NextFinishedAsync(attempts, candidates.Count > 0, stop.Token) is not { } finished) continue;
            attempts.Remove(finished);
            var attempt = await finished;
            if (attempt.Connection is null)
            {
                failures.Add($"{attempt.Address}: {attempt.Failure}");
                continue;
            }
            await stop.CancelAsync();
            foreach (var late in attempts) Run(() => DiscardAsync(late));
            var refusal = await KeepAsync(attempt.Connection);
            if (refusal != ConnectionRefusal.None) throw new DialException($"{peer} was reached at {attempt.Address}, but the connection is one too many ({refusal}).");
            _peerStore.AddAddresses(peer, [attempt.Address], AddressLifetime.Hearsay);
            _peerStore.MarkGood(peer, attempt.Address);
            return attempt.Connection;
        }
        _lifetime.Token.ThrowIfCancellationRequested();
        LogDialFailed(peer, failures.Count);
        throw new DialException(failures.Count == 0
            ? $"No address of {peer} is known."
            : $"{peer} could not be reached: {string.Join("; ", failures)}.");
    }

    /// <summary>The next attempt to finish; null where the stagger is over first and another address may be tried.</summary>
    private async Task<Task<DialAttempt>?> NextFinishedAsync(List<Task<DialAttempt>> attempts, bool more, CancellationToken cancellationToken)
    {
        if (!more) return await Task.WhenAny(attempts);
        using var waiting = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var stagger = Task.Delay(_options.DialStagger, Time, waiting.Token);
        var first = await Task.WhenAny(attempts.Append(stagger));
        await waiting.CancelAsync();
        return first == stagger ? null : (Task<DialAttempt>)first;
    }

    private IEnumerable<Multiaddr> Candidates(PeerId peer, IEnumerable<Multiaddr> known, DialOptions options, List<string> failures)
    {
        var dialable = new List<Multiaddr>();
        foreach (var address in known)
        {
            var bare = address.WithoutPeer();
            if (dialable.Contains(bare)) continue;
            if (address.TryGetPeer(out var named) && named != peer) failures.Add($"{address}: it names another peer");
            else if (TransportFor(bare) is null) failures.Add($"{address}: no transport serves such an address");
            else if (Gater.Of(IpOf(bare)) == GateVerdict.Denied) failures.Add($"{address}: it is on the deny list");
            else if (options.ForceDirect && bare.IsRelayed) failures.Add($"{address}: it leads over a relay");
            else if (!options.IgnoreBackoff && _backoff.Remaining(peer, bare, Now) is var pause && pause > TimeSpan.Zero) failures.Add($"{address}: it failed lately and is left alone for another {pause.TotalSeconds:0.0} s ({_backoff.ReasonOf(peer, bare)})");
            else dialable.Add(bare);
            if (dialable.Count + failures.Count >= _options.MaxAddressesPerDial) break;
        }
        return AddressOrder.Interleave(dialable);
    }

    /// <summary>Dials and upgrades one address; never throws.</summary>
    private async Task<DialAttempt> AttemptAsync(PeerId peer, Multiaddr address, DialOptions options, CancellationToken cancellationToken)
    {
        var entered = false;
        ConnectionScope? scope = null;
        try
        {
            // A dial over a relay first dials the relay, which takes a place of its own: holding one meanwhile could have all wait for each other.
            if (!address.IsRelayed)
            {
                await _dialSlots.WaitAsync(cancellationToken);
                entered = true;
            }
            scope = _resources.TryOpenConnection(ConnectionDirection.Outbound, null) ?? throw Refused(ConnectionRefusal.Pending);
            var raw = await ConnectTransportAsync(address.IsRelayed ? address.WithPeer(peer) : address, cancellationToken);
            if (raw.Limits is not null && options.ForceDirect)
            {
                await raw.Channel.DisposeAsync();
                scope.Dispose();
                return new DialAttempt(address, null, "it leads over a relay");
            }
            var muxer = await _upgrader.UpgradeAsync(raw, peer, initiator: !options.ActAsListener, scope, found => AdmitAsync(found, raw.RemoteIp, scope), cancellationToken);
            _backoff.OnSuccess(peer, address);
            // Who is the listener of a hole punch counts as dialled, so that both sides agree on who dialled whom.
            var direction = options.ActAsListener ? ConnectionDirection.Inbound : ConnectionDirection.Outbound;
            return new DialAttempt(address, NewConnection(muxer, direction, address, raw, scope), null);
        }
        catch (OperationCanceledException)
        {
            scope?.Dispose();
            return new DialAttempt(address, null, "cancelled");
        }
        catch (ConnectionRefusedException exception)
        {
            // It is not the address that failed.
            scope?.Dispose();
            return new DialAttempt(address, null, exception.Message);
        }
        catch (Exception exception)
        {
            scope?.Dispose();
            if (exception is not IOException) LogBackgroundFailure(exception);
            _backoff.OnFailure(peer, address, Now, exception.Message);
            return new DialAttempt(address, null, exception.Message);
        }
        finally
        {
            if (entered) _dialSlots.Release();
        }
    }

    private async Task<TransportConnection> ConnectTransportAsync(Multiaddr address, CancellationToken cancellationToken)
    {
        using var deadline = new Deadline(_options.DialTimeout, Time, cancellationToken);
        try
        {
            return await TransportFor(address)!.DialAsync(address, deadline.Token);
        }
        catch (OperationCanceledException exception) when (deadline.HasPassed && !cancellationToken.IsCancellationRequested)
        {
            throw new IOException($"no answer within {_options.DialTimeout.TotalSeconds:0.###} s", exception);
        }
    }

    /// <summary>Closes a connection that came after another had won.</summary>
    private static async Task DiscardAsync(Task<DialAttempt> late)
    {
        if ((await late).Connection is not { } connection) return;
        await connection.Muxer.DisposeAsync();
        connection.Dispose();
    }
}
