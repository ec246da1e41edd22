using HyphaMarket.Brokerage.Proofs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Profiles;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Networking;

namespace HyphaMarket.Node.Proofs;

/// <summary>Checks proofs of matches; needs neither a daemon nor a network.</summary>
public static class ProofCheck
{
    /// <summary>Checks a proof's bytes.</summary>
    /// <param name="anchorFile">A file with broker sets that the user trusts, from which signatures must then lead to the one that voted; null for none.</param>
    /// <param name="dataDirectory">Of a node whose broker sets are trusted where no file is given; it need not exist.</param>
    /// <exception cref="FatalException">The anchor's file the node's history or its profiles cannot be read.</exception>
    public static VerdictView Check(byte[] bytes, string? anchorFile, string dataDirectory)
    {
        var given = anchorFile is null ? null : ProofAnchors.Given(anchorFile);
        if (!MatchProofFile.TryRead(bytes, out var proof, out var malformed)) return Refuted(malformed);
        var anchors = given ?? ProofAnchors.OfNode(dataDirectory, proof);
        var verdict = new MatchProofVerifier(new PeerSignatureVerifier(), anchors.Sets).Verify(proof);
        if (verdict.Fault is { } fault) return Refuted(fault);
        return given is not null && verdict.Anchor is null
            ? Refuted(new ProofFault(ProofFault.NotAnchored, $"No signatures lead from a broker set in {given.Source} to the one that voted."))
            : ViewOf(verdict, anchors, CatalogueFiles.Load(dataDirectory));
    }

    /// <summary>Reads a proof's file whole.</summary>
    /// <exception cref="FatalException">There is no such file, it cannot be read, or it is larger than any proof.</exception>
    public static byte[] ReadFile(string path)
    {
        try
        {
            using var file = File.OpenRead(path);
            if (file.Length > MatchProofFile.MaxSize) throw new FatalException(new Problem("file-too-large", $"{path} is no proof.", $"It has {file.Length} bytes; a proof has at most {MatchProofFile.MaxSize}.", "Give a file that `hypha-market market proof` wrote."), ExitCode.Usage);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return bytes;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new FatalException(new Problem("no-such-file", $"There is no file {path}.", "It was looked for as it is named.", "Give a file that `hypha-market market proof` wrote, or the id of a match of this node."), ExitCode.NotFound, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new FatalException(new Problem("file-unreadable", $"{path} cannot be read.", e.Message, "Let yourself read it."), ExitCode.Permission, e);
        }
    }

    private static VerdictView Refuted(ProofFault fault) => new() { Verdict = VerdictView.Refuted, Code = fault.Code, Reason = fault.Detail };

    private static VerdictView ViewOf(ProofVerdict verdict, ProofAnchors anchors, ProfileCatalogue catalogue)
    {
        var (network, config, result, fill) = (verdict.Network!, verdict.Configs[^1], verdict.Result!, verdict.Fill!);
        int? links = verdict.Anchor is { } anchor ? (int)(config.Epoch - anchor.Epoch) : null;
        return new VerdictView
        {
            Verdict = VerdictView.Verified,
            Anchor = verdict.Anchor is null ? ProofAnchors.OfCertificate : anchors.Kind,
            AnchorSays = SayOf(verdict, anchors, links),
            Links = links,
            Match = verdict.Match.ToString(),
            Network = network.Name,
            NetworkId = verdict.NetworkId.ToString(),
            Market = config.Market.ToString(),
            Profile = catalogue.Find(config.Market)?.Slug,
            Slot = result.Slot.Value,
            SlotAt = AtOf(network.GenesisUnixMs, network.SlotLengthMs, result.Slot.Value),
            Epoch = config.Epoch,
            Config = config.Id.ToString(),
            Brokers = config.Members.Count,
            Quorum = config.Quorum.Votes,
            Voters = [.. verdict.Voters.Select(voter => voter.ToText())],
            Quantity = fill.Quantity,
            BuyPriceMicros = fill.Legs[0].PriceMicros,
            SellPriceMicros = fill.Legs[1].PriceMicros,
            Bid = new Hash256(fill.Legs[0].Offer.Span).ToString(),
            Ask = new Hash256(fill.Legs[1].Offer.Span).ToString(),
            Buyer = new ParticipantId(fill.Legs[0].Owner.Span).ToText(),
            Seller = new ParticipantId(fill.Legs[1].Owner.Span).ToText(),
            Recomputed = verdict.RecomputedFrom > 0,
            Inputs = verdict.RecomputedFrom > 0 ? verdict.RecomputedFrom : null,
        };
    }

    private static string SayOf(ProofVerdict verdict, ProofAnchors anchors, int? links)
    {
        if (verdict.Anchor is not { } anchor)
        {
            return "The certificate's own broker set, which nothing else vouches for: this proves that these members signed it, and not that they were the market's brokers.";
        }

        var set = anchors.Kind == ProofAnchors.OfFile ? $"The broker set of epoch {anchor.Epoch} in {anchors.Source}" : $"The broker set of epoch {anchor.Epoch}, which the node in {anchors.Source} found and believed,";
        return links == 0 ? $"{set} is the one that voted." : $"{set} leads to the one that voted by {links} signed change{(links == 1 ? "" : "s")}.";
    }

    /// <summary>Null where the parameters, which are whatever the proof says, make no time of it.</summary>
    private static DateTimeOffset? AtOf(long genesisUnixMs, long slotLengthMs, long slot)
    {
        var at = genesisUnixMs + ((Int128)slotLengthMs * slot);
        return at >= 0 && at <= DateTimeOffset.MaxValue.ToUnixTimeMilliseconds() ? DateTimeOffset.FromUnixTimeMilliseconds((long)at) : null;
    }
}
