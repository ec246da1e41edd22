using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Google.Protobuf;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Proofs;

/// <summary>A proof as the bytes of a file: a line that says what it is, SHA-256 of the message, the message.</summary>
/// <remarks>The checksum finds accidents; against whoever wants to deceive the signatures stand, and a proof has one encoding only.</remarks>
public static class MatchProofFile
{
    /// <summary>A slot has at most m = 1,024 inputs, and an offer at most 16 KiB.</summary>
    public const int MaxSize = 20 * 1024 * 1024;

    private const int HeadSize = 21 + SHA256.HashSizeInBytes;
    private static ReadOnlySpan<byte> Magic => "hypha-market/proof/1\n"u8;

    public static byte[] Write(MatchProof proof)
    {
        ArgumentNullException.ThrowIfNull(proof);
        var message = proof.ToByteArray();
        return [.. Magic, .. SHA256.HashData(message), .. message];
    }

    /// <summary>Reads a file's bytes and checks their form; says nothing of signatures.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out MatchProof? proof, [NotNullWhen(false)] out ProofFault? fault)
    {
        (proof, fault) = (null, null);
        if (!bytes.StartsWith(Magic)) fault = new ProofFault(ProofFault.NotAProof, "The file does not begin as a proof of a match does.");
        else if (bytes.Length > MaxSize) fault = new ProofFault(ProofFault.Damaged, $"The file has {bytes.Length} bytes; a proof has at most {MaxSize}.");
        else if (bytes.Length < HeadSize) fault = new ProofFault(ProofFault.Damaged, "The file is cut off.");
        else if (!SHA256.HashData(bytes[HeadSize..]).AsSpan().SequenceEqual(bytes[Magic.Length..HeadSize])) fault = new ProofFault(ProofFault.Damaged, "The file is cut off or was changed: its checksum differs.");
        if (fault is not null) return false;

        try
        {
            // What this version does not know is dropped here, and then missing when the message is written again.
            proof = MatchProof.Parser.WithDiscardUnknownFields(true).ParseFrom(bytes[HeadSize..]);
        }
        catch (InvalidProtocolBufferException e)
        {
            fault = new ProofFault(ProofFault.Malformed, $"The proof cannot be read: {e.Message}");
            return false;
        }

        if (proof.ToByteArray().AsSpan().SequenceEqual(bytes[HeadSize..])) return true;
        (proof, fault) = (null, new ProofFault(ProofFault.Malformed, "The proof has parts that this version does not know, or is not written as this version writes it."));
        return false;
    }
}
