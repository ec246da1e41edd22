using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.World;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Nodes;

/// <summary>A willing node: the real cores of forming a broker set and of brokering, with a driver like the daemon's.</summary>
public sealed class BrokerNode : SimulatedNode
{
    private readonly Dictionary<long, Exchange> _epochRequests = [];
    private EpochFormation? _formation;
    private bool _leaves;

    public BrokerNode(SimulatedMarket market, int number)
        : base(market, number, $"broker-{number}")
    {
    }

    internal BrokerNode(SimulatedMarket market, int number, string name, byte[] address)
        : base(market, number, name)
    {
        Addresses = [address];
    }

    /// <summary>Another process with the same key.</summary>
    internal BrokerNode(BrokerNode twin, int number)
        : base(twin.Market, number, twin.Name)
    {
    }

    /// <summary>Where lookups find it, as binary multiaddrs. Most nodes have none, which says that no two of them share a network.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Addresses { get; } = [];

    /// <summary>It is to be shut down: it gives its place in the broker set up, across restarts too.</summary>
    public void Leave()
    {
        _leaves = true;
        if (_formation is not null) _formation.IsLeaving = true;
        Market.World.Tell($"{Name} wants to leave");
    }

    /// <summary>It was asked to leave.</summary>
    public bool IsLeaving => _leaves;

    /// <summary>It has no place (any more) that it would have to give up.</summary>
    public bool MayGo => _formation?.Current is { } config && config.IndexOf(Id) < 0 && Core is null;

    /// <summary>The broker set of now as this node knows it, be it in it or not.</summary>
    public EpochConfig? KnownSet => _formation?.Current;

    /// <summary>Its broker core, while it is up and in the broker set.</summary>
    public MarketBroker? Core { get; private set; }

    public EpochConfig? Config => Core?.Config;

    protected override Instant? NextTimer
    {
        get
        {
            var next = _formation!.NextTimer;
            return Core is null ? next : next is { } at && at < Core.NextTimer ? at : Core.NextTimer;
        }
    }

    /// <summary>A request of a broker's to a broker.</summary>
    internal static Action<SimulatedNode, BrokerRequest, Exchange> ServesBrokers { get; } = static (other, request, exchange) => exchange.Answer(((BrokerNode)other).Serve(exchange.Asker.Id, request));

    /// <summary>A record that its owner, or who tells of it, brings to a broker.</summary>
    internal static Action<SimulatedNode, Record, Exchange> TakesRecords { get; } = static (other, record, exchange) => exchange.Answer(((BrokerNode)other).Submit(exchange.Asker.Id, record));

    /// <summary>Asked by anybody: the broker set, or to help to form one.</summary>
    internal void Serve(EpochRequest request, Exchange exchange)
    {
        var number = NextRequest();
        _epochRequests.Add(number, exchange);
        _formation!.OnRequest(Clock, number, request);
    }

    internal BrokerResponse Serve(ParticipantId from, BrokerRequest request) =>
        Core?.OnRequest(Clock, from, request) ?? new BrokerResponse { Refused = new BrokerDecline { Reason = "I am not a broker of this market." }, ResponderUnixMs = Clock.UnixMs };

    internal SubmitResult Submit(ParticipantId from, Record record)
    {
        var result = Core?.Submit(Clock, from, record) ?? new SubmitResult { Refusal = new Refusal { Reason = RefusalReason.NotBroker } };
        if (result.Receipt is not null) Market.Observe.Receipted(this, record, Clock);
        return result;
    }

    internal void Gossiped(ParticipantId from, Record record)
    {
        var verdict = Core?.OnGossip(Clock, from, record) ?? GossipVerdict.Ignore;
        Market.Observe.GossipJudged(this, from, verdict);
    }

    /// <summary>Sends a record of the market's topic to another broker.</summary>
    internal void Spread(int to, Record record)
    {
        var at = Market.Route(Number, to);
        if (Say(at, record) is not { } said) return;
        Market.Network.Send(Number, at, new Rumour(said, this, at));
    }

    /// <summary>Fills since a slot that concern an owner, as this node tells of them.</summary>
    internal WatchEvent Watched(SimulatedNode owner, Slot since)
    {
        var told = new WatchEvent();
        foreach (var slot in Core?.CertifiedSince(since) ?? [])
        {
            for (var i = 0; i < slot.Fills.Count; i++)
            {
                if (slot.Concerns(i, owner.Id) && Say(owner.Number, Core!.NoticeOf(slot, i)) is { } notice) told.Fills.Add(notice);
            }
        }

        return told;
    }

    protected override void OnStarted()
    {
        _formation = new EpochFormation(Market.Rules, Market.EpochOptions, Keys, Market.Verifier) { IsLeaving = _leaves, MaySign = Disk.Damage is null };
        _formation.Restore(Disk.Durable);
        _formation.Want(Clock);
    }

    protected override void OnCrashed()
    {
        _formation = null;
        Core = null;
        _epochRequests.Clear();
    }

    protected override void OnTimer()
    {
        _formation!.MaySign = !(Core?.IsAbstaining ?? Disk.Damage is not null);
        _formation.OnTimer(Clock);
        Core?.OnTimer(Clock);
        if (Core is { IsRetired: true }) Core = null;
    }

    protected override void CarryOut()
    {
        while (IsUp && _formation!.TryTake(out var effect)) CarryOut(effect);
        while (IsUp && Core is not null && Core.TryTake(out var effect)) CarryOut(effect);
        if (Core is { MayVote: true }) Market.Observe.SlotSeen(this, Core.CurrentSlot);
    }

    private void CarryOut(EpochEffect effect)
    {
        switch (effect)
        {
            case EpochEffect.Append append:
                Write(append);
                break;
            case EpochEffect.Ask ask:
                Ask(ask);
                break;
            case EpochEffect.Respond respond:
                if (_epochRequests.Remove(respond.Request, out var waiting)) waiting.Answer(respond.Response);
                break;
            case EpochEffect.LookUp:
                // The lookup is a model: the willing nodes that are up, nearest first, of whom a lookup may miss one.
                Later(50, () => _formation!.OnView(Clock, Market.ViewOf(this)));
                break;
            case EpochEffect.Adopted adopted:
                Market.Observe.Adopted(this, adopted.Config);
                if (Core is not null) Core.Succeed(Clock, adopted.Config);
                if (Core is not null || adopted.Config.IndexOf(Id) < 0) break;
                Core = new MarketBroker(Market.Rules, adopted.Config, Market.BrokerOptions with { AbstainsAfterLoss = Lies.Count == 0 && !IsTwinned }, Keys, Market.Verifier, [.. _formation!.Path.Where(earlier => earlier.Epoch < adopted.Config.Epoch)]);
                Core.Restore(Disk.Durable, Disk.Damage);
                break;
            case EpochEffect.Learned learned:
                Core?.Learn(learned.Config);
                break;
            case EpochEffect.Drain drain:
                Core?.Drain(drain.From);
                break;
            case EpochEffect.Warn warn:
                Market.World.Tell($"{Name}: {warn.Detail}");
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    private void CarryOut(BrokerEffect effect)
    {
        switch (effect)
        {
            case BrokerEffect.Append append:
                Write(append);
                break;
            case BrokerEffect.Ask ask:
                Ask(ask);
                break;
            case BrokerEffect.Gossip gossip:
                foreach (var record in gossip.Records)
                {
                    Market.Observe.Gossiped(this, record);
                    foreach (var other in Market.Brokers)
                    {
                        // Gossip is a model: each reaches every other by its own way, as a mesh of few nodes does.
                        if (other.Id != Id) Spread(other.Number, record);
                    }
                }

                break;
            case BrokerEffect.Certified certified:
                Market.Observe.Certified(this, certified.Slot);
                foreach (var trader in Market.Traders) ((TraderNode)Market.Nodes[Market.Route(Number, trader.Number)]).Told(this, certified.Slot);
                break;
            case BrokerEffect.Tell:
                break;
            case BrokerEffect.Report report:
                Market.Observe.Reported(this, report);
                // The report begins with the name of whom it is about.
                if (report.What == BrokerReport.Equivocation && Config!.Members.FirstOrDefault(member => report.Detail.StartsWith(member.Peer.ToString(), StringComparison.Ordinal)) is { } accused) Market.Observe.Accused(this, accused.Peer, report.Detail);
                break;
            default:
                throw new InvalidOperationException($"No such effect: {effect}.");
        }
    }

    // What waits for an answer is caught in methods of their own: there it costs an object only where it is needed, and most effects are others.
    private void Write(EpochEffect.Append append) => Append(append.Entry, () => _formation!.OnDurable(Clock, append.Number));

    private void Ask(EpochEffect.Ask ask) =>
        Ask(Market.NumberOf(ask.To.Peer), 2_000, ask.Request, static (other, request, exchange) => ((BrokerNode)other).Serve(request, exchange), answer => _formation!.OnResponse(Clock, ask.Number, (EpochResponse?)answer));

    /// <summary>For this core only: a node that left a broker set and came back has another.</summary>
    private void Write(BrokerEffect.Append append)
    {
        var writer = Core;
        Append(append.Entry, () =>
        {
            if (Core == writer) writer?.OnDurable(Clock, append.Number);
        });
    }

    private void Ask(BrokerEffect.Ask ask)
    {
        var asker = Core;
        Ask(Market.NumberOf(ask.To), Market.AnswerWithinMs, ask.Request, ServesBrokers, answer =>
        {
            if (Core == asker) asker?.OnResponse(Clock, ask.Number, (BrokerResponse?)answer);
        });
    }

    /// <summary>A record of the market's topic on its way to a broker.</summary>
    private sealed class Rumour(Record record, BrokerNode from, int to) : Letter<Record>(record)
    {
        protected override void Arrive(Record arrived)
        {
            if (from.Market.Nodes[to] is not BrokerNode { IsUp: true } broker) return;
            from.Market.World.Happens(to);
            broker.Hear(from.Number, arrived);
            broker.Gossiped(from.Id, arrived);
            broker.Wake();
        }
    }
}
