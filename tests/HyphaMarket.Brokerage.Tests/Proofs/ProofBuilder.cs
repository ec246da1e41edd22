using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Proofs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Brokerage.Tests.Support;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Tests.Proofs;

/// <summary>A network, two linked broker sets and a slot that they certified, with whatever a test wants to be wrong.</summary>
internal sealed class ProofBuilder
{
    private static readonly FakeKeys[] Early = [.. Enumerable.Range(0, 4).Select(i => FakeKeys.Of($"early broker {i}")).OrderBy(keys => keys.Id)];
    private static readonly FakeKeys[] Late = [.. Enumerable.Range(0, 4).Select(i => FakeKeys.Of($"late broker {i}")).OrderBy(keys => keys.Id)];
    private readonly List<(InputEntry Input, Record Offer, Offer Value)> _inputs = [];
    private ulong _sequence;

    public NetworkParameters Parameters { get; } = new() { Name = "proofs", GenesisUnixMs = 1_700_000_000_000, SlotLengthMs = 2_000, BookDepth = 8, SpotClearingRule = "pairwise-mean" };
    public NetworkId Network => new(Hash256.Of(Parameters.ToByteArray()));
    public MarketId Market { get; } = new(Hash256.Of("proven market"u8));
    public EpochConfig First => Signed(EpochConfig.First(Market, Members(Early), new Slot(0)), Early);
    public EpochConfig Change => Signed(First.Next(EpochKind.Change, Members(Late), new Slot(50)), Early);
    public EpochConfig Interregnum => Signed(First.Next(EpochKind.Interregnum, Members(Late), new Slot(50)), Late);

    /// <summary>Members whose votes are left out.</summary>
    public int VotesMissing { get; set; }

    /// <summary>Changes what is voted for.</summary>
    public Action<ResultBody> ChangeResult { get; set; } = _ => { };

    public ProofBuilder Offer(OfferSide side, long price, int quantity = 1, int? free = null, Action<OfferBody>? change = null)
    {
        var owner = FakeKeys.Of($"owner {_sequence}");
        var body = new OfferBody
        {
            Owner = ByteString.CopyFrom(owner.Id.Span), Sequence = ++_sequence, Market = ByteString.CopyFrom(Market.ToArray()), Side = side, LimitPriceMicros = price,
            Quantity = (uint)quantity, MinimumFill = 1, LeaseTermMinutes = 10, FirstSlot = 90, LastSlot = 200,
        };
        change?.Invoke(body);
        var record = SignedRecords.Sign(Network, RecordKind.Offer, body.ToByteString(), owner);
        record.WorkNonce = 77;
        Assert.That(OfferRecords.TryParse(record.Body, out var offer), Is.True);
        _inputs.Add((new ProposalInput(offer!.Id, free ?? quantity, []).ToEntry(), record, offer));
        return this;
    }

    /// <summary>The proof of a fill.</summary>
    /// <param name="full">With the slot's input.</param>
    /// <param name="configs">The last one votes; by default the first and its change.</param>
    public MatchProof Build(bool full, int index = 0, params EpochConfig[] configs)
    {
        if (configs.Length == 0) configs = [First, Change];
        var inputs = _inputs.OrderBy(input => input.Value.Id).ToArray();
        var entries = inputs.Select(input => input.Input).ToArray();
        var slot = new Slot(101);
        var matched = new MatchInput(slot, Proposal.InputRootOf(entries), [.. inputs.Select(input => new MatchEntry(input.Value, (int)input.Input.FreeQuantity, []))]);
        var computed = ComputedFills.Of(ClearingRules.PairwiseMean, matched);
        var result = computed.ToResult(new MarketRules { Network = Network, Market = Market, Schedule = SlotSchedule.WithDefaultBounds(0, 2_000), Clearing = ClearingRules.PairwiseMean, TtlCapSlots = 300 }, configs[^1].Id, configs[^1].Epoch, matched);
        ChangeResult(result);
        var bytes = result.ToByteString();
        Assert.That(SlotResult.TryParse(bytes, out var parsed), Is.True);
        var voters = configs[^1].Kind == EpochKind.First ? Early : Late;
        var signed = SignedRecords.SigningBytes(Network, RecordKind.Vote, bytes.Span);
        var votes = voters.Skip(VotesMissing).Select((keys, i) => new MemberSignature { Member = (uint)(i + VotesMissing), Signature = ByteString.CopyFrom(keys.Sign(signed)) });
        var certificate = CertifiedSlot.Build(parsed!, computed.Bodies, votes);

        var legs = certificate.Fills[index].Legs.Select(leg => _inputs.Single(input => input.Value.Id.ToArray().AsSpan().SequenceEqual(leg.Offer.Span)).Offer);
        var notice = new FillNotice { Certificate = certificate.CertificateOf(index), Config = configs[^1].Record };
        notice.Offers.AddRange(legs);
        var proof = MatchProofs.Of(Parameters, configs, notice);
        if (!full) return proof;
        var told = new SlotResponse();
        told.Inputs.AddRange(entries);
        told.Offers.AddRange(inputs.Select(input => input.Offer));
        return proof.WithInput(told) ?? throw new AssertionException("The input is that of the slot.");
    }

    /// <summary>Three bids and two asks, of which two pairs cross.</summary>
    public static ProofBuilder Usual() => new ProofBuilder()
        .Offer(OfferSide.Bid, 200).Offer(OfferSide.Bid, 150, quantity: 3, free: 2).Offer(OfferSide.Bid, 10).Offer(OfferSide.Ask, 100, quantity: 2).Offer(OfferSide.Ask, 500);

    private static IEnumerable<EpochMember> Members(FakeKeys[] keys) => keys.Select(one => new EpochMember(one.Id, [new byte[] { 4, 127, 0, 0, 1 }]));

    private EpochConfig Signed(EpochConfig config, FakeKeys[] voters) => config.WithSignatures(7, voters.Select((keys, i) => new MemberSignature
    {
        Member = (uint)i, Signature = ByteString.CopyFrom(keys.Sign(config.SigningBytes(Network, EpochPhase.Commit, 7))),
    }));
}
