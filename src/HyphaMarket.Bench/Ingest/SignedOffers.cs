using Google.Protobuf;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Libp2p.Identity;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Money;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Node.Networking;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Bench.Ingest;

/// <summary>Owners with keys of their own, and signed offers of theirs, as requests in bytes.</summary>
internal sealed class SignedOffers : IDisposable
{
    /// <summary>The work of a benchmark's network: checking more bits costs the same, finding them does not.</summary>
    public const int WorkBits = 4;

    /// <summary>From an offer's first slot to its last.</summary>
    public const int Slots = 100;

    private readonly KeyPair[] _keys;

    public SignedOffers(int owners) => _keys = [.. Enumerable.Range(0, owners).Select(_ => KeyPair.Generate())];

    public IReadOnlyList<KeyPair> Keys => _keys;

    /// <summary>For each owner its submissions of so many offers each. Bids are below asks, so that nothing is matched meanwhile.</summary>
    /// <param name="isBundled">Each submission is one bundle.</param>
    public IReadOnlyList<(ParticipantId Owner, byte[][] Requests)> Make(NetworkId network, MarketId market, Slot first, int submissions, int size, bool isBundled) =>
        _keys.AsParallel().AsOrdered().Select(keys =>
        {
            var (signer, sequence) = (new KeySigner(keys), 0ul);
            return (signer.Id, Enumerable.Range(0, submissions).Select(_ =>
            {
                var bodies = Enumerable.Range(0, size).Select(_ => BodyOf(signer.Id, market, first, ++sequence)).ToArray();
                var request = new SubmitRequest { Network = ByteString.CopyFrom(network.Value.ToArray()), Market = ByteString.CopyFrom(market.ToArray()) };
                if (isBundled) request.Bundles.Add(Bundle(network, bodies, signer));
                else request.Records.AddRange(bodies.Select(body => Sign(network, body, signer)));
                return request.ToByteArray();
            }).ToArray());
        }).ToArray();

    public void Dispose()
    {
        foreach (var keys in _keys) keys.Dispose();
    }

    private static ByteString BodyOf(ParticipantId owner, MarketId market, Slot first, ulong sequence) => OfferRecords.ToBody(new Offer
    {
        Id = default,
        Owner = owner,
        Sequence = sequence,
        Market = market,
        Side = sequence % 2 == 0 ? Side.Bid : Side.Ask,
        LimitPrice = new MicroCredits((sequence % 2 == 0 ? 10_000_000 : 20_000_000) + (long)(sequence * 7_919 % 1_000_000)),
        Quantity = 1,
        LeaseTermMinutes = 60,
        FirstSlot = first,
        LastSlot = first.Plus(Slots),
        Addresses = [new byte[] { 4, 127, 0, 0, 1, 6, 0x1f, 0x90 }],
    });

    private static Record Sign(NetworkId network, ByteString body, KeySigner signer)
    {
        var record = SignedRecords.Sign(network, RecordKind.Offer, body, signer);
        record.WorkNonce = Work(SignedRecords.IdOf(record).Value, 1);
        return record;
    }

    private static WholeBundle Bundle(NetworkId network, ByteString[] bodies, KeySigner signer)
    {
        var bundle = Bundles.SignWhole(network, RecordKind.Offer, bodies, signer);
        bundle.WorkNonce = Work(Bundles.IdOf(bundle.Bundle), bodies.Length);
        return bundle;
    }

    private static ulong Work(Hash256 subject, int size)
    {
        // 2^14 tries for the largest bundle on average.
        if (!ProofOfWork.TrySearch(subject, ProofOfWork.RequiredBits(WorkBits, 1, size), 0, 1L << 24, out var nonce)) throw new InvalidOperationException("No work was found.");
        return nonce;
    }
}
