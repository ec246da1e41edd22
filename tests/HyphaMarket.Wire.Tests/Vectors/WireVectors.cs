using System.Text.Json;
using System.Text.Json.Serialization;
using Google.Protobuf;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Merkle;
using HyphaMarket.Market.Offers;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Wire.Tests.Vectors;

/// <summary>What <c>proto/vectors/wire.json</c> holds, computed from one fixed key and fixed bodies. All bytes are hexadecimal.</summary>
internal sealed record WireVectors
{
    private static readonly JsonSerializerOptions Json = new()
    {
        WriteIndented = true,
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public required string About { get; init; }

    /// <summary>The Ed25519 private key's 32 bytes.</summary>
    public required string Seed { get; init; }
    public required string PeerId { get; init; }
    public required string NetworkId { get; init; }
    public required IReadOnlyList<RecordVector> Records { get; init; }
    public required BundleVector Bundle { get; init; }
    public required MatchVector Match { get; init; }
    public required IReadOnlyList<MerkleVector> Merkle { get; init; }

    internal sealed record RecordVector(string Kind, string Tag, string Body, string RecordId, string SigningBytes, string Signature, WorkVector? Work);

    /// <param name="Nonce">The first from 0 on that shows the bits.</param>
    internal sealed record WorkVector(int Bits, ulong Nonce);

    internal sealed record BundleVector(
        string Kind, IReadOnlyList<string> Bodies, IReadOnlyList<string> Leaves, string Root, string Body, string SigningBytes, string Signature, IReadOnlyList<IReadOnlyList<string>> Siblings);

    /// <param name="Index">Of the fill in its result.</param>
    internal sealed record MatchVector(string ResultId, int Index, string MatchId);

    /// <param name="Leaves">The data of the leaves.</param>
    internal sealed record MerkleVector(IReadOnlyList<string> Leaves, string Root);

    public string ToJson() => JsonSerializer.Serialize(this, Json) + "\n";

    public static WireVectors FromJson(string json) => JsonSerializer.Deserialize<WireVectors>(json, Json) ?? throw new InvalidDataException("The file holds no vectors.");

    public static WireVectors Compute()
    {
        var seed = Enumerable.Range(0, 32).Select(i => (byte)i).ToArray();
        var keys = Ed25519Keys.FromSeed(seed);
        var network = new NetworkId(Hash256.Of("a test network"u8));
        var offers = Enumerable.Range(1, 5).Select(i => Offer(keys.Id, (ulong)i).ToByteString()).ToArray();
        var result = Result().ToByteString();
        var records = new[]
        {
            // 12 bits of the network and 2 for 4 units; a cancel's quantity counts as 1.
            Vector(network, keys, RecordKind.Offer, offers[0], workBits: 14),
            Vector(network, keys, RecordKind.Cancel, new CancelBody { Offer = offers[0] }.ToByteString(), workBits: 12),
            Vector(network, keys, RecordKind.Vote, result),
            Vector(network, keys, RecordKind.Accepted, new AcceptedBody { Terms = new MatchTerms { Match = Bytes(3), Slot = 7, Quantity = 1 }, UnixMs = 1_700_000_000_000 }.ToByteString()),
            Vector(network, keys, RecordKind.Epoch, new EpochConfigBody { Market = Bytes(1), Kind = EpochKind.First, Members = { new Member { Peer = ByteString.CopyFrom(keys.Id.Span) } }, FirstSlot = 4 }.ToByteString()),
        };

        return new WireVectors
        {
            About = "Record id = SHA-256(tag + body); signing bytes = tag + network id + body; signature = Ed25519 by the key of the seed. Bundle leaf = SHA-256(0x00 + tag + network id + body), node = SHA-256(0x01 + left + right). "
                + "Match id = SHA-256(\"hypha-market/match/v1\" + result id + index as 4 bytes). Work = leading zero bits of SHA-256(record id + nonce as 8 bytes); here the network wants 12, and an offer of 4 units 2 more. Integers inside hashes are big-endian; bytes are in hexadecimal.",
            Seed = Hex(seed),
            PeerId = Hex(keys.Id.Span),
            NetworkId = network.ToString(),
            Records = records,
            Bundle = BundleOf(network, keys, offers),
            Match = new MatchVector(SignedRecords.IdOf(RecordKind.Vote, result.Span).ToString(), 2, MatchId(SignedRecords.IdOf(RecordKind.Vote, result.Span), 2)),
            Merkle = [.. new[] { 0, 1, 2, 3, 5, 8 }.Select(count => MerkleOf(count))],
        };
    }

    private static RecordVector Vector(NetworkId network, Ed25519Keys keys, RecordKind kind, ByteString body, int? workBits = null)
    {
        var record = SignedRecords.Sign(network, kind, body, keys);
        var id = SignedRecords.IdOf(record);
        ulong nonce = 0;
        if (workBits is { } bits && !ProofOfWork.TrySearch(id.Value, bits, 0, 1 << 20, out nonce)) throw new InvalidOperationException("No work was found.");
        return new RecordVector(
            kind.ToString().ToLowerInvariant(),
            System.Text.Encoding.ASCII.GetString(DomainTags.Of(kind)),
            Hex(body.Span),
            id.ToString(),
            Hex(SignedRecords.SigningBytes(network, kind, body.Span)),
            Hex(record.Signature.Span),
            workBits is { } wanted ? new WorkVector(wanted, nonce) : null);
    }

    private static BundleVector BundleOf(NetworkId network, Ed25519Keys keys, ByteString[] bodies)
    {
        var records = Bundles.Sign(network, RecordKind.Offer, bodies, keys);
        var proof = records[0].Bundle;
        return new BundleVector(
            "offer",
            [.. bodies.Select(body => Hex(body.Span))],
            [.. bodies.Select(body => Bundles.Leaf(network, RecordKind.Offer, body.Span).ToString())],
            Hex(BundleBody.Parser.ParseFrom(proof.Bundle).Root.Span),
            Hex(proof.Bundle.Span),
            Hex(SignedRecords.SigningBytes(network, DomainTags.Bundle, proof.Bundle.Span)),
            Hex(proof.Signature.Span),
            [.. records.Select(record => (IReadOnlyList<string>)[.. record.Bundle.Siblings.Select(sibling => Hex(sibling.Span))])]);
    }

    private static MerkleVector MerkleOf(int count)
    {
        var leaves = Enumerable.Range(0, count).Select(i => new[] { (byte)i }).ToArray();
        return new MerkleVector([.. leaves.Select(leaf => Hex(leaf))], MerkleTree.FromLeaves(leaves).Root.ToString());
    }

    private static string MatchId(RecordId result, int index) => Hash256.Of([.. DomainTags.Match, .. result.Value.ToArray(), 0, 0, 0, (byte)index]).ToString();

    private static OfferBody Offer(ParticipantId owner, ulong sequence) => new()
    {
        Owner = ByteString.CopyFrom(owner.Span),
        Sequence = sequence,
        Market = Bytes(1),
        Side = OfferSide.Ask,
        LimitPriceMicros = 800_000,
        Quantity = 4,
        MinimumFill = 1,
        LeaseTermMinutes = 60,
        FirstSlot = 100,
        LastSlot = 399,
        Attributes = { new Messages.Attribute { Key = "region", Value = "eu" } },
        Constraints = { new Constraint { Key = "tier", Negated = true, Values = { "free", "trial" } } },
        Addresses = { ByteString.CopyFrom(4, 127, 0, 0, 1, 6, 0x10, 0x92) },
    };

    private static ResultBody Result() => new()
    {
        Market = Bytes(1),
        Config = Bytes(2),
        Slot = 101,
        ClearingRule = "pairwise-mean",
        InputRoot = Bytes(4),
        ResultRoot = Bytes(5),
        Fills = 3,
    };

    private static ByteString Bytes(byte value) => ByteString.CopyFrom(Enumerable.Repeat(value, 32).ToArray());

    private static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(bytes);
}
