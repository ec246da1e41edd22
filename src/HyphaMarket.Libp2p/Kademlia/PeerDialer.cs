using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Multiformats;

namespace HyphaMarket.Libp2p.Kademlia;

/// <summary>Dials one peer while a lookup still collects addresses of it; each new address gets its chance.</summary>
internal sealed class PeerDialer(IHost host, PeerId peer, KademliaOptions options, CancellationTokenSource found)
{
    // Sixteen attempts bound what liars can make us dial for one search; honest answers agree, so one or two do.
    private const int MaxAttempts = 16;

    private readonly Lock _gate = new();
    private readonly HashSet<Multiaddr> _known = [];
    private List<Multiaddr> _untried = [];
    private Task _dialling = Task.CompletedTask;
    private bool _isDialling;
    private int _attempts;

    /// <summary>Somebody told these addresses; new ones are dialled in the background.</summary>
    public void Offer(IReadOnlyList<Multiaddr> addresses)
    {
        lock (_gate)
        {
            foreach (var address in addresses)
            {
                if (_known.Count < MaxAttempts * options.MaxAddressesPerPeer && _known.Add(address)) _untried.Add(address);
            }
            if (_isDialling || _untried.Count == 0 || _attempts >= MaxAttempts) return;
            _isDialling = true;
            _dialling = DialAsync();
        }
    }

    /// <summary>Waits for the dial under way, if there is one.</summary>
    public async Task FinishAsync(CancellationToken cancellationToken)
    {
        Task dialling;
        lock (_gate) dialling = _dialling;
        await dialling.WaitAsync(cancellationToken);
    }

    private async Task DialAsync()
    {
        // Offer is called by the lookup's loop, which must not wait for a dial.
        await Task.Yield();
        while (TryTake(out var addresses))
        {
            using var deadline = new CancellationTokenSource(options.RequestTimeout, host.Time);
            try
            {
                await host.ConnectAsync(peer, addresses, deadline.Token);
                await found.CancelAsync();
                lock (_gate) _isDialling = false;
                return;
            }
            catch (Exception e) when (e is IOException or OperationCanceledException)
            {
                // These addresses were wrong or the peer is gone; others may come.
            }
        }
    }

    private bool TryTake(out IReadOnlyList<Multiaddr> addresses)
    {
        lock (_gate)
        {
            addresses = _untried;
            if (_untried.Count == 0 || _attempts >= MaxAttempts)
            {
                _isDialling = false;
                return false;
            }
            _untried = [];
            _attempts++;
            return true;
        }
    }
}
