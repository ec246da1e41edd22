using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Api;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Data.Sqlite;

namespace HyphaMarket.Node.Trading.Checking;

/// <summary>The buyer's end of lease checks: asks the worker what its machine is, holds the answer against what was bought, and keeps it with the lease.</summary>
public sealed class LeaseChecker(TraderSurroundings surroundings, ProfileCatalogue catalogue, CheckOptions options, TimeProvider time)
{
    private Instant Now => new(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Asks now.</summary>
    /// <exception cref="ApiException">This node is not the buyer, the lease has ended, the worker refuses, cannot be reached or answers what nobody can use, or the answer cannot be kept.</exception>
    public async Task<LeaseCheckView> AskAsync(Lease lease, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(lease);
        if (lease.Role != LeaseRole.Buyer) throw new ApiException(ApiFailure.Refused, "not-the-buyer", "Only the buyer of a lease asks what its machine is.", "See `hypha-market profile detect` for this one.");
        if (lease.EffectiveEnd <= Now) throw new ApiException(ApiFailure.Refused, "lease-ended", "The lease has ended: its machine is no longer yours to ask.", "Answers of before are shown by `hypha-market lease check --kept`.");
        var nonce = RandomNumberGenerator.GetBytes(MachineReports.NonceBytes);
        var answer = await CallAsync(lease, nonce, cancellationToken);
        if (answer.Refused is { } refused)
        {
            var refusal = PeerRefusal.Of(refused);
            var passes = refusal.Code is SettleRefusalCodes.Busy or SettleRefusalCodes.NotMeasured or SettleRefusalCodes.Recovering;
            throw new ApiException(ApiFailure.Refused, refusal.Code, $"The worker does not answer: {refusal.Detail}", passes ? "Ask again in a moment." : "");
        }

        var fault = MachineReports.TryParse(answer.Report, catalogue, out var report)
            ? MachineReports.FaultOf(surroundings.NetworkId, answer.Report, report, lease.Id, nonce, lease.Match.Seller, Now, surroundings.Verifier)
            : "It cannot be read, or says more than a report may.";
        if (fault is not null) throw new ApiException(ApiFailure.Refused, "bad-report", $"The worker's answer is none: {fault}", "Ask again; a worker that goes on so is not one to keep. See `hypha-market lease end`.");
        var row = new CheckRow(lease.Id.ToString(), Now.UnixMs, answer.Report.ToByteArray());
        Keep(row);
        var view = LeaseCheckViews.Of(row, report!, lease, catalogue) with { Record = row.Record };
        if (view.Verdict == LeaseCheckView.Less)
        {
            surroundings.Tell(new NodeEvent
            {
                Event = NodeEventKind.Warning, Reason = "less-than-promised", Lease = view.Lease, Worker = view.Worker, Profile = view.Profile,
                Message = $"The worker's machine has less than was bought: {string.Join("; ", view.Findings.Where(finding => finding.Verdict == LeaseCheckView.Less))}.",
                Hint = "See `hypha-market lease check --kept`. End the lease, and deny the worker by \"peers.deny\" where you want no other of it.",
            });
        }

        return view;
    }

    /// <summary>Earlier answers, the newest first.</summary>
    public IReadOnlyList<LeaseCheckView> Kept(Lease lease, int limit)
    {
        ArgumentNullException.ThrowIfNull(lease);
        var views = new List<LeaseCheckView>();
        foreach (var row in surroundings.History.ListChecks(lease.Id.ToString(), limit))
        {
            // What was kept was read before; a damaged file's rows are its own affair (`repo verify`).
            if (StrictParser.TryParse(Record.Parser, row.Record, out var record) && MachineReports.TryParse(record, catalogue, out var report)) views.Add(LeaseCheckViews.Of(row, report, lease, catalogue) with { Record = row.Record });
        }

        return views;
    }

    private async Task<CheckResponse> CallAsync(Lease lease, byte[] nonce, CancellationToken cancellationToken)
    {
        if (!lease.Match.Seller.TryToPeer(out var worker)) throw new ApiException(ApiFailure.Internal, "internal", "The seller's name is no peer id.");
        surroundings.Network.Rpc.Learn(worker, lease.CounterpartyAddresses);
        var request = new CheckRequest { Network = ByteString.CopyFrom(surroundings.NetworkId.Value.ToArray()), Lease = ByteString.CopyFrom(lease.Id.Value.ToArray()), Nonce = ByteString.CopyFrom(nonce) };
        try
        {
            var bytes = await RequestProtocol.CallAsync(
                surroundings.Network.Host, worker, MarketProtocols.Check, request.ToByteArray(),
                new RequestOptions { Deadline = options.AskWithin, MaxResponseBytes = options.MaxResponseBytes, AllowLimited = true }, cancellationToken);
            return CheckResponse.Parser.ParseFrom(bytes);
        }
        catch (ProtocolNotSupportedException)
        {
            throw new ApiException(ApiFailure.Refused, "check-not-supported", "The worker's program does not answer such questions.", "It is an older one. Look at the machine yourself through `hypha-market lease tunnel`.");
        }
        catch (Exception e) when (e is IOException or TimeoutException or InvalidDataException or InvalidProtocolBufferException)
        {
            throw new ApiException(ApiFailure.Unavailable, "worker-unreachable", $"The worker did not answer: {e.Message}", "Try again; see `hypha-market lease get` and `hypha-market net ping`.");
        }
    }

    private void Keep(CheckRow row)
    {
        try
        {
            surroundings.History.Save(row, options.KeptPerLease, options.KeptInAll);
        }
        catch (SqliteException e)
        {
            throw new ApiException(ApiFailure.Unavailable, "not-kept", $"The worker answered, and the answer cannot be kept: {e.Message}", "Make room on the disk or mend it, then ask again.");
        }
    }
}
