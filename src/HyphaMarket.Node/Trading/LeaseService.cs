using System.Net;
using System.Net.Sockets;
using Google.Protobuf;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Services;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Trading.Checking;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading;

/// <summary>This node's leases for the local API.</summary>
public sealed class LeaseService(TraderService trader, TraderSurroundings surroundings, LeaseChecker checker, TimeProvider time, ILogger<LeaseService> log) : ILeaseService
{
    private Instant Now => new(time.GetUtcNow().ToUnixTimeMilliseconds());

    public Task<IReadOnlyList<LeaseView>> ListAsync(string? state, int limit, CancellationToken cancellationToken) =>
        trader.Room.ReadAsync<IReadOnlyList<LeaseView>>(
            (_, settlement) => settlement.Leases.Leases.OrderByDescending(lease => lease.Start).Select(View).Where(view => state is null || view.State == state).Take(limit).ToArray(),
            cancellationToken);

    public async Task<LeaseView> GetAsync(string id, CancellationToken cancellationToken)
    {
        var lease = await FindAsync(id, cancellationToken);
        var check = checker.Kept(lease, 1).FirstOrDefault();
        return await trader.Room.ReadAsync((_, _) => View(lease) with { Check = check is null ? null : check with { Record = null } }, cancellationToken);
    }

    public async Task<LeaseView> EndAsync(string id, string reason, CancellationToken cancellationToken)
    {
        var lease = await FindAsync(id, cancellationToken);
        if (await trader.Room.EndAsync(lease.Id, reason, cancellationToken) is { } code) throw new ApiException(ApiFailure.Refused, code, $"The lease cannot be ended: {code}.", "See `hypha-market lease get`.");
        return await trader.Room.ReadAsync((_, _) => View(lease), cancellationToken);
    }

    public async Task<LeaseCheckView> CheckAsync(string id, CancellationToken cancellationToken) => await checker.AskAsync(await FindAsync(id, cancellationToken), cancellationToken);

    public async Task<IReadOnlyList<LeaseCheckView>> ListChecksAsync(string id, CancellationToken cancellationToken) => checker.Kept(await FindAsync(id, cancellationToken), int.MaxValue);

    public async Task<ITunnel> OpenTunnelAsync(string id, IPEndPoint local, int remotePort, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(local);
        var lease = await FindAsync(id, cancellationToken);
        if (lease.Role != LeaseRole.Buyer) throw new ApiException(ApiFailure.Refused, "not-the-buyer", "Only the buyer of a lease opens a tunnel.");
        if (lease.EffectiveEnd <= Now) throw new ApiException(ApiFailure.Refused, "lease-ended", "The lease has ended.");
        if (!lease.Match.Seller.TryToPeer(out var worker)) throw new ApiException(ApiFailure.Internal, "internal", "The seller's name is no peer id.");
        surroundings.Network.Rpc.Learn(worker, lease.CounterpartyAddresses);
        LeaseLife? life = null;
        try
        {
            life = LeaseLife.Follow(trader.Room, lease.Id, time, CancellationToken.None);
            var (tunnel, refusal) = await TunnelClient.OpenAsync(
                surroundings.Network, worker, lease.Id, ByteString.CopyFrom(surroundings.NetworkId.Value.ToArray()), local, remotePort,
                life, log, cancellationToken);
            if (tunnel is not null) life = null;
            return tunnel ?? throw new ApiException(ApiFailure.Refused, refusal!.Value.Code, $"The worker opens no tunnel: {refusal.Value.Detail}");
        }
        catch (SocketException e)
        {
            throw new ApiException(ApiFailure.Refused, "cannot-listen", $"This machine cannot listen on {local}: {e.SocketErrorCode}.", "Choose another --local port; 0 takes a free one.");
        }
        catch (DialException) when (surroundings.Network.IsRelayed(worker))
        {
            throw new ApiException(
                ApiFailure.Unavailable,
                "no-direct-connection",
                "The worker is reached over a relay only, and a tunnel needs a direct connection: relays carry few bytes for a short time.",
                "One of the NATs in between gives every connection another port, or hole punching is off. Forward a port to one of the two nodes and set \"announce\" there.");
        }
        catch (Exception e) when (e is IOException or InvalidDataException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new ApiException(ApiFailure.Unavailable, "worker-unreachable", $"The worker cannot be reached: {e.Message}", "Try again; see `hypha-market node status`.");
        }
        finally
        {
            // An open tunnel has it; one that was not opened leaves it here.
            life?.Dispose();
        }
    }

    private async Task<Lease> FindAsync(string id, CancellationToken cancellationToken)
    {
        if (id.Length < 6) throw new ApiException(ApiFailure.BadRequest, "lease-id", "Name a lease by its id, or by at least its first 6 digits.");
        var matches = await trader.Room.ReadAsync(
            (_, settlement) => settlement.Leases.Leases.Where(lease => lease.Id.ToString().StartsWith(id, StringComparison.OrdinalIgnoreCase)).Take(2).ToArray(),
            cancellationToken);
        return matches.Length switch
        {
            1 => matches[0],
            0 => throw new ApiException(ApiFailure.NotFound, "unknown-lease", $"There is no lease {id}.", "See `hypha-market lease ls`."),
            _ => throw new ApiException(ApiFailure.BadRequest, "lease-id", $"Several leases begin with {id}. Give more digits."),
        };
    }

    private LeaseView View(Lease lease) => LeaseViews.ViewOf(lease, Now, surroundings.NameOf(lease.Match.Market));
}
