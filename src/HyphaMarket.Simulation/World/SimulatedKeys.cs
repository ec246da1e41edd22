using System.Buffers.Binary;
using System.Text;
using HyphaMarket.Market.Ids;
using HyphaMarket.Wire;

namespace HyphaMarket.Simulation.World;

/// <summary>A stand-in for a key pair: 64 bytes that follow from the id and the message. Anybody could forge them, and nobody here does: a node signs as itself.</summary>
/// <remarks>The cores call it through the same interfaces as the real keys; thousands of times cheaper, so that hours pass in a second.</remarks>
public sealed class SimulatedKeys(string name) : ISigner
{
    // Of SplitMix64: the golden ratio, and the multipliers of its finaliser.
    private const ulong Step = 0x9E37_79B9_7F4A_7C15, MixA = 0xBF58_476D_1CE4_E5B9, MixB = 0x94D0_49BB_1331_11EB;

    public ParticipantId Id { get; } = new(Encoding.ASCII.GetBytes(name));

    public byte[] Sign(ReadOnlySpan<byte> message)
    {
        var signature = new byte[SignedRecords.SignatureSize];
        Fill(Id, message, signature);
        return signature;
    }

    internal static void Fill(ParticipantId id, ReadOnlySpan<byte> message, Span<byte> signature)
    {
        var state = Absorb(Absorb(Step, id.Span), message);
        for (var i = 0; i < SignedRecords.SignatureSize; i += sizeof(ulong)) BinaryPrimitives.WriteUInt64LittleEndian(signature[i..], Mix(state += Step));
    }

    private static ulong Absorb(ulong state, ReadOnlySpan<byte> bytes)
    {
        state = Mix(state ^ (ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) state = Mix(state ^ BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var last in bytes) state = Mix(state ^ last);
        return state;
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * MixA;
        value = (value ^ (value >> 27)) * MixB;
        return value ^ (value >> 31);
    }
}
