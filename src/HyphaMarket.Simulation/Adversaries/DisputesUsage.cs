using Google.Protobuf;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Adversaries;

/// <summary>Signs no receipt, and asks for more minutes than were used.</summary>
public sealed class DisputesUsage : Lie
{
    public override string Name => "disputes usage";

    internal override IMessage? Say(int to, IMessage message) => message switch
    {
        LeaseResponse { CoSigned: not null } => new LeaseResponse { Refused = new SettleRefusal { Code = SettleRefusalCodes.UsageDisputed, Detail = "I used nothing." } },
        LeaseRequest { Usage: { } usage } request => new LeaseRequest(request) { Usage = More(usage) },
        _ => message,
    };

    /// <summary>Its half no longer fits the body, as it signs only what its core signs: a seller that inflates must be refused either way.</summary>
    private static Record More(Record usage)
    {
        var body = UsageBody.Parser.ParseFrom(usage.Body);
        (body.Minutes, body.Micros) = (body.Minutes + 10, body.Micros * 2);
        return new Record(usage) { Body = body.ToByteString() };
    }
}
