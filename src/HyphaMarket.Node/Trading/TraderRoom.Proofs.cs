using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Epochs;
using HyphaMarket.Brokerage.Proofs;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Networking;
using HyphaMarket.Node.Storage;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Node.Trading;

// Proofs of this node's matches, kept for whoever wants to check them later.
public sealed partial class TraderRoom
{
    private readonly Dictionary<MarketId, EpochConfig> _keptSets = [];

    /// <summary>
    /// Keeps the proof of a match at once, and asks brokers for the slot's input, which they remember only until the slot's deadline: so it is asked for now
    /// or never.
    /// </summary>
    private void KeepProof(EpochConfig config, FillNotice notice, FillVerification verified)
    {
        var (match, slot) = (verified.MatchId, verified.Result!.Slot.Value);
        var proof = MatchProofs.Of(_node.Definition.Parameters, _node.Brokers.PathTo(config), notice);
        Note(history => history.Save(new ProofRow(match.ToString(), slot, false, MatchProofFile.Write(proof))));
        InBackground(async stop =>
        {
            if (await FindInputAsync(config, proof, notice, slot, stop) is not { } full) return;
            var file = MatchProofFile.Write(full);
            if (file.Length <= History.LargestProof) await PostAsync(() => Note(history => history.Save(new ProofRow(match.ToString(), slot, true, file))));
        });
    }

    /// <summary>Asks those who voted, one after the other: they had the input.</summary>
    private async Task<MatchProof?> FindInputAsync(EpochConfig config, MatchProof proof, FillNotice notice, long slot, CancellationToken stop)
    {
        var request = new SlotRequest { Network = ByteString.CopyFrom(_node.NetworkId.Value.ToArray()), Market = ByteString.CopyFrom(config.Market.ToArray()), Slot = slot };
        foreach (var vote in notice.Certificate.Votes.Signatures)
        {
            var member = config.Members[(int)vote.Member];
            var answer = await _node.Network.Rpc.CallAsync(member.Peer, member.Addresses, MarketProtocols.Slot, request, SlotResponse.Parser, Deadline, stop);
            if (answer is not null && proof.WithInput(answer) is { } full) return full;
        }

        return null;
    }

    /// <summary>Keeps a broker set that this node believes, so that proofs can be held against it without the daemon.</summary>
    private void KeepBrokerSet(EpochConfig config)
    {
        if (_keptSets.TryGetValue(config.Market, out var kept) && kept.Id == config.Id) return;
        _keptSets[config.Market] = config;
        Note(history => history.Save(new BrokerSetRow(config.Id.ToString(), _node.Definition.IdText, config.Market.ToString(), config.Epoch, Now.UnixMs, config.Record.ToByteArray())));
    }
}
