using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Proofs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Proofs;

/// <summary>Broker sets that are trusted before a proof is looked at.</summary>
/// <param name="Kind">One of the constants.</param>
/// <param name="Source">Where they are from.</param>
internal sealed record ProofAnchors(string Kind, string Source, IReadOnlySet<RecordId> Sets)
{
    public const string OfFile = "file";
    public const string OfDataDirectory = "data-directory";

    /// <summary>None: the proof's own broker set.</summary>
    public const string OfCertificate = "certificate";

    /// <summary>The sets in a file that the user gives.</summary>
    /// <exception cref="FatalException">It is no such file.</exception>
    public static ProofAnchors Given(string path)
    {
        if (!MatchProofFile.TryRead(ProofCheck.ReadFile(path), out var proof, out var fault))
        {
            throw new FatalException(new Problem("bad-anchor", $"{path} holds no broker sets.", fault.Detail, "Give a file that `hypha-market broker proof` wrote."), ExitCode.Usage);
        }

        return new ProofAnchors(OfFile, path, proof.Configs.Select(record => EpochConfig.TryParse(record, out var config) ? config.Id : default).ToHashSet());
    }

    /// <summary>The sets that the node of a data directory came to believe in the proof's network; none where there is no such node.</summary>
    /// <exception cref="FatalException">Its history cannot be read.</exception>
    public static ProofAnchors OfNode(string directory, MatchProof proof)
    {
        var network = new NetworkId(Hash256.Of(proof.Network.Span));
        var ids = History.ReadBrokerSets(new NodeOptions { DataDirectory = directory }.HistoryFile, network.ToString());
        return new ProofAnchors(OfDataDirectory, directory, ids.Select(id => Hash256.TryParse(id, out var hash) ? new RecordId(hash) : default).ToHashSet());
    }
}
