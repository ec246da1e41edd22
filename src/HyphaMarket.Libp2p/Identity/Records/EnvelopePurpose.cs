using System.Text;

namespace HyphaMarket.Libp2p.Identity.Records;

/// <summary>What a signed envelope is for: the domain its signature is bound to and the type of payload it says it carries.</summary>
/// <remarks>
/// "A signature made for a specific purpose MUST NOT be considered valid for a different purpose": the domain is signed but not sent, so an
/// envelope opens only for who asks with the same purpose. Source: libp2p/specs RFC/0002-signed-envelopes.md. Immutable.
/// </remarks>
public sealed class EnvelopePurpose
{
    /// <summary>The longest domain and the longest type, in bytes. The names in use have about twenty; "fairly short and descriptive" says the specification.</summary>
    public const int MaxLength = 64;

    private readonly byte[] _domain;
    private readonly byte[] _payloadType;

    /// <param name="domain">The domain separation string, such as <c>libp2p-peer-record</c>; 1 to 64 bytes of UTF-8.</param>
    /// <param name="payloadType">The bytes of the type as they travel, 1 to 64. Codes of the multicodec table travel as two plain bytes, so 0x0301 is <c>03 01</c>.</param>
    /// <exception cref="ArgumentException">One of them is empty or too long.</exception>
    public EnvelopePurpose(string domain, ReadOnlySpan<byte> payloadType)
    {
        ArgumentException.ThrowIfNullOrEmpty(domain);
        _domain = Encoding.UTF8.GetBytes(domain);
        if (_domain.Length > MaxLength) throw new ArgumentException($"A domain has at most {MaxLength} bytes.", nameof(domain));
        if (payloadType.Length is 0 or > MaxLength) throw new ArgumentException($"A payload type has 1 to {MaxLength} bytes.", nameof(payloadType));
        Domain = domain;
        _payloadType = payloadType.ToArray();
    }

    /// <summary>The domain separation string.</summary>
    public string Domain { get; }

    /// <summary>The type of the payload as it travels.</summary>
    public ReadOnlyMemory<byte> PayloadType => _payloadType;

    internal ReadOnlySpan<byte> DomainBytes => _domain;
}
