using Google.Protobuf;

namespace HyphaMarket.Wire.Messages;

/// <summary>A certificate remembers what came of checking it, for as long as it has those parts: its owner's node checks one at several places.</summary>
public sealed partial class FillCertificate
{
    // Replaced as a whole, so that threads that read at one time see all of it or nothing.
    private Judgement? _judged;

    /// <summary>What <paramref name="judge"/> finds, made once for the same network, set and verifier.</summary>
    /// <param name="set">The broker set whose votes count; compared by reference, as is the verifier.</param>
    /// <param name="judge">Depends on this certificate and on what is named here alone.</param>
    /// <typeparam name="T">Something that nobody changes.</typeparam>
    public T JudgedBy<T>(NetworkId network, object set, object verifier, Func<FillCertificate, T> judge)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(judge);
        if (_judged is { } known && known.Network == network && ReferenceEquals(known.Set, set) && ReferenceEquals(known.Verifier, verifier) && known.IsOf(this) && known.Found is T found) return found;
        var made = judge(this);
        _judged = new Judgement(network, set, verifier, made, result_, fill_, index_, votes_, [.. votes_?.Signatures ?? []], [.. Siblings]);
        return made;
    }

    private sealed record Judgement(
        NetworkId Network, object Set, object Verifier, object Found, ByteString Result, ByteString Fill, uint Index, MemberSignatures? Votes, MemberSignature[] Signatures, ByteString[] Siblings)
    {
        /// <summary>Bytes and signatures are changed by nobody: the same ones say the same.</summary>
        public bool IsOf(FillCertificate certificate) =>
            ReferenceEquals(Result, certificate.result_) && ReferenceEquals(Fill, certificate.fill_) && Index == certificate.index_ && ReferenceEquals(Votes, certificate.votes_)
            && AreSame(Signatures, certificate.votes_?.Signatures) && AreSame(Siblings, certificate.Siblings);

        private static bool AreSame<T>(T[] known, IList<T>? now)
            where T : class
        {
            if (known.Length != (now?.Count ?? 0)) return false;
            for (var i = 0; i < known.Length; i++)
            {
                if (!ReferenceEquals(known[i], now![i])) return false;
            }

            return true;
        }
    }
}
