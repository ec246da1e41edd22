using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

/// <summary>A peer's refusal as it may be repeated to this node's operator: a code that is known, and a sentence that is plain and not long.</summary>
internal readonly record struct PeerRefusal(string Code, string Detail)
{
    public static PeerRefusal Of(SettleRefusal refusal) => new(SettleRefusalCodes.Known(refusal.Code), PlainText.Cut(refusal.Detail));

    public static PeerRefusal Of(TunnelOpened refusal) =>
        new(refusal.Code is TunnelServer.PortNotAllowed or TunnelServer.ConnectFailed ? refusal.Code : SettleRefusalCodes.Known(refusal.Code), PlainText.Cut(refusal.Detail));
}
