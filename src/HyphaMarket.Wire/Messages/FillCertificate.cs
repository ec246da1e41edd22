using Google.Protobuf;

namespace HyphaMarket.Wire.Messages;

/// <summary>A certificate remembers what came of checking it, for as long as it has those parts: its owner's node checks one at several places.</summary>
public sealed partial class FillCertificate
{
    // Replaced as a whole, so that threads that read at one time see all of it or nothing.
    private Judgement? _judged;

    private Reading? _read;

    /// <summary>What <paramref name="read"/> makes of the result's bytes, made once for the same bytes; null where it makes nothing of them.</summary>
    /// <param name="read">Depends on the bytes alone.</param>
    /// <typeparam name="T">Something that nobody changes.</typeparam>
    public T? ReadResult<T>(Func<ByteString, T?> read)
        where T : class
    {
        ArgumentNullException.ThrowIfNull(read);
        if (_read is { } known && ReferenceEquals(known.Bytes, result_) && known.Content is T content) return content;
        var made = read(result_);
        _read = made is null ? null : new Reading(result_, made);
        return made;
    }

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

    private sealed record Reading(ByteString Bytes, object Content);

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
