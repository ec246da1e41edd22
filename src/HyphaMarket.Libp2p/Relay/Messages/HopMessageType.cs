namespace HyphaMarket.Libp2p.Relay.Messages;

internal enum HopMessageType
{
    Reserve = 0,
    Connect = 1,
    Status = 2,
}
