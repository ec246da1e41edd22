namespace HyphaMarket.Libp2p.Relay.Messages;

internal enum StopMessageType
{
    Connect = 0,
    Status = 1,
}
