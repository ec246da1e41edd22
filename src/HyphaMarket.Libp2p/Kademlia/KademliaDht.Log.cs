using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Libp2p.Kademlia.Lookups;
using Microsoft.Extensions.Logging;

namespace HyphaMarket.Libp2p.Kademlia;

public sealed partial class KademliaDht
{
    [LoggerMessage(Level = LogLevel.Information, Message = "Kademlia mode is {Mode}.")]
    private partial void LogMode(KademliaMode mode);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Peer {Peer} entered the routing table.")]
    private partial void LogPeerAdded(PeerId peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Peer {Peer} left the routing table.")]
    private partial void LogPeerRemoved(PeerId peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Peer {Peer} failed a request: {Reason}")]
    private partial void LogPeerFailed(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A request of {Peer} was refused: {Reason}.")]
    private partial void LogRefused(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Debug, Message = "A stream of {Peer} was reset: all inbound slots are taken.")]
    private partial void LogNoSlot(PeerId peer);

    [LoggerMessage(Level = LogLevel.Debug, Message = "Lookup {Outcome}: {Peers} peers, {Requests} requests, {Failures} failures, {Hops} hops.")]
    private partial void LogLookup(LookupOutcome outcome, int peers, int requests, int failures, int hops);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Bootstrap peer {Peer} could not be reached: {Reason}")]
    private partial void LogBootstrapFailed(PeerId peer, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "Not all of the {Peers} peers of the kept routing table could be asked in time.")]
    private partial void LogRestoreCut(int peers);

    [LoggerMessage(Level = LogLevel.Information, Message = "A better value than ours was found; ours is not republished any more.")]
    private partial void LogValueSuperseded();

    [LoggerMessage(Level = LogLevel.Warning, Message = "A provider record or value could not be republished; it is tried again at the next refresh: {Reason}")]
    private partial void LogRepublishFailed(string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "A round of Kademlia maintenance failed; the next one runs as planned.")]
    private partial void LogMaintenanceFailed(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A Kademlia request failed unexpectedly.")]
    private partial void LogUnexpected(Exception exception);

    [LoggerMessage(Level = LogLevel.Error, Message = "A subscriber of a Kademlia event failed.")]
    private partial void LogSubscriberFailed(Exception exception);
}
