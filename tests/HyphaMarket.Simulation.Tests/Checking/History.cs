using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Brokerage.Leases;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Settlement;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Simulation.Checking;
using HyphaMarket.Simulation.World;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Simulation.Tests.Checking;

/// <summary>A market in which nothing runs: a test tells an invariant by hand what nodes did.</summary>
internal sealed class History : IObservedMarket
{
    private readonly Dictionary<ParticipantId, Node> _nodes = [];
    private ulong _sequence;

    public History(Invariant invariant)
    {
        Config = EpochConfig.First(Rules.Market, Enumerable.Range(0, 5).Select(i => new EpochMember(Node($"broker-{i}").Id, [])), new Slot(1));
        Observe = new Observations(this);
        Observe.Check([invariant]);
    }

    public MarketRules Rules { get; } = new()
    {
        Network = new NetworkId(Hash256.Of("a network"u8)),
        Market = new MarketId(Hash256.Of("a market"u8)),
        Schedule = SlotSchedule.WithDefaultBounds(0, 2_000),
        Clearing = ClearingRules.PairwiseMean,
        TtlCapSlots = 300,
        WorkBits = 0,
        BookDepth = 64,
    };

    public ISignatureVerifier Verifier { get; } = new SimulatedVerifier();

    public Instant Now { get; set; } = new(100_000);

    public EpochConfig Config { get; }

    public Observations Observe { get; }

    public string[] Broken => [.. Observe.Violations.Select(violation => violation.Detail)];

    public IObservedNode? Find(ParticipantId id) => _nodes.GetValueOrDefault(id);

    public Node Broker(int number) => Node($"broker-{number}");

    public Node Node(string name, int units = 0)
    {
        var node = new Node(name, units);
        if (!_nodes.TryAdd(node.Id, node)) return _nodes[node.Id];
        return node;
    }

    /// <summary>An offer that its owner has said, and that its journal holds.</summary>
    public (Offer Offer, Record Record) Offers(Node owner, Side side, long price, int quantity = 1, int firstSlot = 49, int lastSlot = 200)
    {
        var offer = new Offer
        {
            Id = default, Owner = owner.Id, Sequence = ++_sequence, Market = Rules.Market, Side = side, LimitPrice = new MicroCredits(price), Quantity = quantity,
            LeaseTermMinutes = 1, FirstSlot = new Slot(firstSlot), LastSlot = new Slot(lastSlot),
        };
        var record = SignedRecords.Sign(Rules.Network, RecordKind.Offer, OfferRecords.ToBody(offer), owner.Keys);
        offer = offer with { Id = new OfferId(SignedRecords.IdOf(record).Value) };
        owner.Journal(JournalKind.Order, offer.Id.Value);
        Observe.Said(owner, record);
        return (offer, record);
    }

    /// <summary>A broker set with the commitments of some of its voters, by number.</summary>
    public EpochConfig Adopted(EpochConfig config, params int[] voters) => config.WithSignatures(1, voters.Select(number => new MemberSignature
    {
        Member = (uint)Config.IndexOf(Broker(number).Id),
        Signature = ByteString.CopyFrom(Broker(number).Keys.Sign(config.SigningBytes(Rules.Network, EpochPhase.Commit, 1))),
    }));

    public Record Signed(Node by, RecordKind kind, IMessage body) => SignedRecords.Sign(Rules.Network, kind, body, by.Keys);

    /// <summary>A vote as its voter signs it, for any result.</summary>
    public Record VoteOf(Node voter, CertifiedSlot slot)
    {
        var vote = SignedRecords.Sign(Rules.Network, RecordKind.Vote, slot.Result.Bytes, voter.Keys);
        vote.Signer = ByteString.CopyFrom(voter.Id.Span);
        return vote;
    }

    /// <summary>A slot's certificate by whoever signs for it, of fills between a bid and an ask at a price each.</summary>
    public CertifiedSlot Certificate(int slot, params (Offer Bid, Offer Ask, int Quantity, long Buy, long Sell)[] fills)
    {
        var bodies = fills.Select(fill => FillBodies.Of(new Fill(fill.Bid.Id, fill.Ask.Id, fill.Quantity, new MicroCredits(fill.Buy), new MicroCredits(fill.Sell)), fill.Bid, fill.Ask)).ToArray();
        // Its input is what it fills, as a proposal of it says.
        var inputs = fills.SelectMany(fill => new[] { fill.Bid, fill.Ask }).DistinctBy(offer => offer.Id).OrderBy(offer => offer.Id)
            .Select(offer => new InputEntry { Offer = ByteString.CopyFrom(offer.Id.ToArray()), FreeQuantity = (uint)offer.Quantity });
        var body = new ResultBody
        {
            Market = ByteString.CopyFrom(Rules.Market.ToArray()), Config = ByteString.CopyFrom(Config.Id.Value.ToArray()), Slot = slot, ClearingRule = Rules.Clearing.Name,
            InputRoot = ByteString.CopyFrom(Proposal.InputRootOf(inputs).ToArray()), ResultRoot = ByteString.CopyFrom(FillBodies.RootOf(bodies).ToArray()), Fills = (uint)bodies.Length,
        };
        Assert.That(SlotResult.TryParse(body.ToByteString(), out var result));
        var votes = Config.Members.Select((member, index) => new MemberSignature { Member = (uint)index, Signature = ByteString.CopyFrom(_nodes[member.Peer].Keys.Sign(SignedRecords.SigningBytes(Rules.Network, RecordKind.Vote, result!.Bytes.Span))) });
        return CertifiedSlot.Build(result!, bodies, votes);
    }

    /// <summary>A lease as one of its parties holds it, signed by both.</summary>
    /// <param name="signs">Who signs in the seller's place; null for the seller.</param>
    /// <param name="startsAt">Milliseconds; it ends after so many minutes.</param>
    public Lease LeaseOf(CertifiedSlot slot, LeaseRole role, int fill = 0, Node? signs = null, Node? activates = null, long startsAt = 104_000, int minutes = 1)
    {
        var terms = TermsOf(slot, fill);
        Assert.That(MatchSummary.TryRead(terms, out var read));
        var match = read!;
        var activated = Signed(activates ?? _nodes[match.Buyer], RecordKind.Activated, new ActivatedBody { Terms = terms, TermMinutes = (uint)minutes });
        var body = new SettledBody { Terms = terms, Activated = activated, StartUnixMs = startsAt, EndUnixMs = startsAt + (minutes * 60_000L), LongestEndUnixMs = startsAt + (minutes * 60_000L) };
        return new Lease(role, Signed(signs ?? _nodes[match.Seller], RecordKind.Settled, body), match, body, []);
    }

    /// <summary>What parties sign about a fill.</summary>
    public MatchTerms TermsOf(CertifiedSlot slot, int index) => new TrackedFill(slot.Result.MatchIdOf(index), slot, index, new SettlementFacts()).Terms;
}
