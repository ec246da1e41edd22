using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

// Signatures of the other members, and the set that has a quorum of them.
public sealed partial class EpochFormation
{
    /// <summary>A member signed another set first: that one may still get its quorum. Each member shows one, or it could fill my list with inventions.</summary>
    private void OnRival(ParticipantId from, Record record)
    {
        if (!EpochConfig.TryParse(record, out var rival) || rival.Market != _rules.Market || !IsMine(rival)) return;
        if (record.Members?.Signatures.FirstOrDefault(entry => entry.Member == rival.IndexOf(from)) is not { } signature || !rival.Verify(_rules.Network, signature, _verifier)) return;
        if (!_rivalsShown.Add(from) && !_candidates.ContainsKey(rival.Id)) return;
        if (AddCandidate(rival) is not { } candidate) return;
        candidate.Signatures[(int)signature.Member] = signature;
        AdoptWhenQuorum(candidate);
    }

    /// <summary>The set that I signed, with my signature; it always has a place.</summary>
    private Candidate AddSigned(EpochConfig config)
    {
        if (!_candidates.TryGetValue(config.Id, out var candidate)) _candidates.Add(config.Id, candidate = new Candidate(config));
        var mine = SignatureUnder(config);
        candidate.Signatures.TryAdd((int)mine.Member, mine);
        return candidate;
    }

    private Candidate? AddCandidate(EpochConfig config)
    {
        if (_candidates.TryGetValue(config.Id, out var known)) return known;
        if (_candidates.Count >= _options.Candidates) return null;
        var candidate = new Candidate(config);
        _candidates.Add(config.Id, candidate);
        return candidate;
    }

    private void Collect(Candidate candidate)
    {
        for (var i = 0; i < candidate.Config.Members.Count; i++)
        {
            if (candidate.Signatures.ContainsKey(i) || candidate.Config.Members[i].Peer == _signer.Id) continue;
            // Whoever still owes an answer from the last round is asked anew: an answer that comes to the old question is not waited for.
            foreach (var (number, _) in _asked.Where(asked => asked.Value == (candidate.Config.Id, i)).ToArray()) _asked.Remove(number);
            var request = new EpochRequest { Sign = new Record { Kind = RecordKind.Epoch, Body = candidate.Config.Record.Body } };
            Ask(candidate.Config.Members[i], request, candidate.Config.Id, i);
        }
    }

    private void AdoptWhenQuorum(Candidate candidate)
    {
        if (Current is not null || candidate.Signatures.Count < candidate.Config.Quorum.Votes) return;
        var config = candidate.Config.WithSignatures(candidate.Signatures.Values);
        Adopt(config);
        for (var i = 0; i < config.Members.Count; i++)
        {
            if (config.Members[i].Peer != _signer.Id) Ask(config.Members[i], new EpochRequest { Adopt = config.Record }, config.Id, i);
        }
    }

    private bool OnAdopt(Record record)
    {
        if (!EpochConfig.TryParse(record, out var config) || config.Market != _rules.Market || !IsMine(config)) return false;
        if (Current is not null) return Current.Id == config.Id;
        if (!config.HasQuorum(_rules.Network, _verifier)) return false;
        Adopt(config);
        return true;
    }

    private void Adopt(EpochConfig config)
    {
        Current = config;
        _retryAt = null;
        _candidates.Clear();
        _asked.Clear();
        _effects.Enqueue(new EpochEffect.Append(++_lastNumber, new JournalEntry(JournalKind.EpochAdopted, config.Id.Value, config.Record.ToByteArray())));
        _effects.Enqueue(new EpochEffect.Adopted(config));
    }

    private sealed class Candidate(EpochConfig config)
    {
        public EpochConfig Config { get; } = config;
        public SortedDictionary<int, MemberSignature> Signatures { get; } = [];
    }
}
