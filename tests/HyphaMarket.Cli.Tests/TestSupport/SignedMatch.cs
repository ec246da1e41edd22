using Google.Protobuf;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Proofs;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Matching;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Cli.Tests.TestSupport;

/// <summary>A match that four brokers with real keys certified.</summary>
internal sealed class SignedMatch : IDisposable
{
    private readonly List<KeyPair> _keys = [];
    private readonly KeySigner[] _brokers;

    public SignedMatch()
    {
        _brokers = [.. Enumerable.Range(0, 4).Select(_ => NewSigner()).OrderBy(signer => signer.Id)];
        if (!ProfileCatalogue.BuiltIn.TryFind("discovery-alpha", out var profile, out var problem)) throw new InvalidOperationException(problem);
        var market = new MarketId(profile.Id.Value);
        var draft = EpochConfig.First(market, _brokers.Select(broker => new EpochMember(broker.Id, [])), new Slot(0));
        Config = draft.WithSignatures(3, _brokers.Select((broker, i) => new MemberSignature { Member = (uint)i, Signature = ByteString.CopyFrom(broker.Sign(draft.SigningBytes(Network, EpochPhase.Commit, 3))) }));

        var (bid, ask) = (Offer(market, OfferSide.Bid, 1_001), Offer(market, OfferSide.Ask, 800));
        if (!OfferRecords.TryParse(bid.Body, out var buying) || !OfferRecords.TryParse(ask.Body, out var selling)) throw new InvalidOperationException("The offers parse.");
        var fill = FillBodies.Of(new Fill(buying.Id, selling.Id, 1, new MicroCredits(900), new MicroCredits(900)), buying, selling);
        var body = new ResultBody
        {
            Market = ByteString.CopyFrom(market.ToArray()), Config = ByteString.CopyFrom(Config.Id.Value.ToArray()), Slot = 101, ClearingRule = "pairwise-mean", Fills = 1,
            InputRoot = ByteString.CopyFrom(Hash256.Of("input"u8).ToArray()), ResultRoot = ByteString.CopyFrom(FillBodies.RootOf([fill]).ToArray()),
        };
        if (!SlotResult.TryParse(body.ToByteString(), out var result)) throw new InvalidOperationException("The result parses.");
        var signed = SignedRecords.SigningBytes(Network, RecordKind.Vote, result.Bytes.Span);
        var slot = CertifiedSlot.Build(result, [fill], _brokers.Select((broker, i) => new MemberSignature { Member = (uint)i, Signature = ByteString.CopyFrom(broker.Sign(signed)) }));
        var notice = new FillNotice { Certificate = slot.CertificateOf(0), Config = Config.Record };
        notice.Offers.Add([bid, ask]);
        Match = result.MatchIdOf(0).ToString();
        File = MatchProofFile.Write(MatchProofs.Of(Parameters, [Config], notice));
        Sets = MatchProofFile.Write(MatchProofs.Of(Parameters, [Config], null));
    }

    public static NetworkParameters Parameters { get; } = new() { Name = "signed", GenesisUnixMs = 1_700_000_000_000, SlotLengthMs = 2_000, BookDepth = 1_024 };

    public static NetworkId Network { get; } = new(Hash256.Of(Parameters.ToByteArray()));

    public EpochConfig Config { get; }

    public string Match { get; }

    /// <summary>The proof of the match, without the slot's input.</summary>
    public byte[] File { get; }

    /// <summary>The broker set alone.</summary>
    public byte[] Sets { get; }

    public void Dispose()
    {
        foreach (var keys in _keys) keys.Dispose();
    }

    private KeySigner NewSigner()
    {
        var keys = KeyPair.Generate();
        _keys.Add(keys);
        return new KeySigner(keys);
    }

    private Record Offer(MarketId market, OfferSide side, long price)
    {
        var owner = NewSigner();
        var body = new OfferBody
        {
            Owner = ByteString.CopyFrom(owner.Id.Span), Sequence = 1, Market = ByteString.CopyFrom(market.ToArray()), Side = side, LimitPriceMicros = price, Quantity = 1, MinimumFill = 1,
            LeaseTermMinutes = 10, FirstSlot = 90, LastSlot = 200,
        };
        return SignedRecords.Sign(Network, RecordKind.Offer, body.ToByteString(), owner);
    }
}
