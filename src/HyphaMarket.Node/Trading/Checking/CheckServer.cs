using Google.Protobuf;
using HyphaMarket.Brokerage.Machines;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Node.Trading.Checking;

/// <summary>The worker's end of lease checks: tells the buyer of a running lease, and nobody else, what this machine is, and signs it.</summary>
public sealed partial class CheckServer(TraderSurroundings surroundings, MachineWitness witness, CheckOptions options, TimeProvider time, ILogger<CheckServer> log)
{
    private readonly ILogger _log = log;
    private readonly AnswerPace _pace = new(options, time);
    private readonly byte[] _network = surroundings.NetworkId.Value.ToArray();

    private Instant Now => new(time.GetUtcNow().ToUnixTimeMilliseconds());

    /// <summary>Registers the protocol.</summary>
    public void Serve(TraderRoom room)
    {
        options.Validate();
        var bounds = new ServeOptions
        {
            MaxRequestBytes = options.MaxRequestBytes,
            Deadline = options.AnswerWithin,
            MaxConcurrent = options.MaxConcurrent,
            MaxConcurrentPerPeer = options.MaxConcurrentPerPeer,
            // A question and its answer are small, and a lease may run over a relay.
            AllowLimited = true,
        };
        surroundings.Network.Rpc.Serve(MarketProtocols.Check, CheckRequest.Parser, bounds, async (from, request, token) => await AnswerAsync(room, from, request, token));
    }

    private async Task<CheckResponse> AnswerAsync(TraderRoom room, ParticipantId from, CheckRequest request, CancellationToken cancellationToken)
    {
        if (!request.Network.Span.SequenceEqual(_network)) return Refused(SettleRefusalCodes.WrongNetwork, "The worker is in another network.");
        if (request.Nonce.Length != MachineReports.NonceBytes) return Refused(SettleRefusalCodes.Malformed, $"A nonce has {MachineReports.NonceBytes} bytes.");
        // Before the trader is bothered: one that asks without end is told so for next to nothing.
        if (RecordId.TryFromBytes(request.Lease.Span, out var lease) && _pace.IsEarly(lease, from)) return Early();
        if (await LeaseDoor.JudgeAsync(room, request.Lease, from, Now, cancellationToken) is { } refusal) return new CheckResponse { Refused = refusal };
        if (!_pace.TryTake(lease, from)) return Early();
        try
        {
            var (facts, at) = await witness.AskAsync(cancellationToken);
            // Once for each look: else a buyer that asks on and on would roll everything else out of the log.
            if (_pace.IsNews(lease, at)) LogAnswered(from.ToText(), lease);
            return new CheckResponse { Report = MachineReports.Sign(surroundings.NetworkId, surroundings.Signer, lease, request.Nonce.Span, facts, at, Now) };
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            LogFailed(e);
            return Refused(SettleRefusalCodes.NotMeasured, "The worker could not look at its machine just now.");
        }
    }

    private CheckResponse Early() => Refused(SettleRefusalCodes.Busy, FormattableString.Invariant($"The worker answers once in {options.AnswerEvery.TotalSeconds:0.###} s under a lease."));

    private static CheckResponse Refused(string code, string detail) => new() { Refused = new SettleRefusal { Code = code, Detail = detail } };

    [LoggerMessage(Level = LogLevel.Information, Message = "{Buyer} asked under lease {Lease} what this machine is, and was told.")]
    private partial void LogAnswered(string buyer, RecordId lease);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A buyer asked what this machine is, and it could not be found out.")]
    private partial void LogFailed(Exception cause);
}
