using System.Security.Cryptography;
using System.Text;

namespace HyphaMarket.Node.Api.Server;

/// <summary>The secret that callers over the loopback port show. Only its hash is kept.</summary>
internal sealed class ApiToken(string secret)
{
    private const string Scheme = "Bearer ";

    private readonly byte[] _hash = SHA256.HashData(Encoding.UTF8.GetBytes(secret));

    /// <summary>Whether an Authorization header shows the token; takes as long for a wrong one as for the right one.</summary>
    public bool IsShownBy(string? authorization)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        // Hashes have one length, so that not even the token's length shows in the time.
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(Encoding.UTF8.GetBytes(authorization[Scheme.Length..].Trim())), _hash);
    }
}
