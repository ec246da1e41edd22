using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using HyphaMarket.Libp2p.Identity;
using PublicKey = HyphaMarket.Libp2p.Identity.PublicKey;

namespace HyphaMarket.Libp2p.Security.Tls;

/// <summary>The verdict over the peer of one handshake; SslStream asks, and the reason of a refusal is kept.</summary>
internal sealed class PeerVerification(bool initiator, PeerId? expected, TimeProvider time)
{
    /// <summary>The peer's identity key; null unless a certificate was verified.</summary>
    public PublicKey? Key { get; private set; }

    /// <summary>Why the peer was refused; null where it was not.</summary>
    public SecureChannelException? Refusal { get; private set; }

    /// <summary>The callback of SslStream. What the platform thinks of the chain is of no account: no authority vouches for peers.</summary>
    public bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        try
        {
            Key = null;
            // "servers MUST require client authentication [...] and MUST abort a connection attempt if the client fails to provide" it.
            if (certificate is not X509Certificate2 presented || chain is null)
                throw new SecureChannelException(SecureChannelFailure.Malformed, "The peer presented no certificate.");
            // "Endpoints MUST abort the connection attempt if more than one certificate is received." OpenSSL lists what a server
            // sent with the leaf, and what a client sent without it.
            var others = chain.ChainPolicy.ExtraStore;
            if (others.Count > (initiator ? 1 : 0) || others.Any(other => !other.RawDataMemory.Span.SequenceEqual(presented.RawDataMemory.Span)))
                throw new SecureChannelException(SecureChannelFailure.Malformed, "The peer presented more than one certificate.");
            Key = PeerCertificate.Verify(presented.RawDataMemory, time.GetUtcNow(), expected);
            return true;
        }
        catch (SecureChannelException refusal)
        {
            Refusal = refusal;
            return false;
        }
    }
}
