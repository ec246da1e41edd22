namespace HyphaMarket.Libp2p.Kademlia.Messages;

/// <summary>The kinds of messages, with their numbers on the wire.</summary>
internal enum KadMessageType
{
    PutValue = 0,
    GetValue = 1,
    AddProvider = 2,
    GetProviders = 3,
    FindNode = 4,
    Ping = 5,
}
