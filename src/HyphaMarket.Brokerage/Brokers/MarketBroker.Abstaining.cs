using Google.Protobuf;
using HyphaMarket.Brokerage.Certificates;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// "My vote journal is intact; after damage or restore I abstain this epoch and the next."
public sealed partial class MarketBroker
{
    /// <summary>Fellow brokers that told what this broker signed.</summary>
    private readonly HashSet<ParticipantId> _toldOwn = [];

    /// <summary>What showed that the journal is not whole, until the slot is known from which to count.</summary>
    private (Hash256 Cause, string What)? _loss;
    private Slot _abstainsUntil = new(long.MinValue);
    private bool _wasAbstaining;

    /// <summary>Up to this slot a loss is noted: what this broker signed there and forgot is no news.</summary>
    private Slot _lossNotedThrough = new(long.MinValue);

    /// <summary>From this slot on all own votes are known: the journal's newest, and those since.</summary>
    private Slot _ownVotesFrom = new(long.MinValue);
    private Slot _lastOwnVote = new(long.MinValue);
    private Slot? _startedAt;

    /// <summary>True after damage to the journal, or where it turns out to be an old copy: this broker neither proposes nor votes.</summary>
    public bool IsAbstaining => _loss is not null || CurrentSlot < _abstainsUntil;

    /// <summary>The first slot in which this broker votes again; null where it does not abstain, or does not know yet.</summary>
    public Slot? AbstainsUntil => _loss is null && CurrentSlot < _abstainsUntil ? _abstainsUntil : null;

    private void RestoreLosses(IEnumerable<JournalEntry> entries, Hash256? damage)
    {
        var isNoted = false;
        foreach (var entry in entries.Where(entry => entry.Kind == JournalKind.Abstention))
        {
            var noted = AbstentionEntry.Parser.ParseFrom(entry.Payload);
            if (!noted.Market.Span.SequenceEqual(_rules.Market.ToArray())) continue;
            _abstainsUntil = new Slot(Math.Max(_abstainsUntil.Value, noted.UntilSlot));
            _lossNotedThrough = new Slot(Math.Max(_lossNotedThrough.Value, noted.NotedThroughSlot));
            isNoted |= entry.Key == damage;
        }

        if (damage is { } found && !isNoted) NoteLoss(found, "The journal is damaged.");
    }

    private void NoteLoss(Hash256 cause, string what)
    {
        if (!_options.AbstainsAfterLoss) return;
        _loss ??= (cause, what);
        if (_isAdopted) BeginAbstaining();
    }

    /// <summary>
    /// Epochs are counted by time, since a broker set may stay for long. One to two epochs are longer than any hold, any certificate of the votes that
    /// are forgotten, and any attempt to change the set.
    /// </summary>
    private void BeginAbstaining()
    {
        if (_loss is not { } loss) return;
        _loss = null;
        var epoch = CurrentSlot.Value / _rules.EpochSlots;
        _abstainsUntil = new Slot(Math.Max(_abstainsUntil.Value, (epoch + 2) * _rules.EpochSlots));
        // A vote may be cast a moment before its slot.
        _lossNotedThrough = CurrentSlot.Next;
        var entry = new AbstentionEntry { Market = ByteString.CopyFrom(_rules.Market.ToArray()), UntilSlot = _abstainsUntil.Value, NotedThroughSlot = _lossNotedThrough.Value, What = loss.What };
        _effects.Enqueue(new BrokerEffect.Append(++_lastNumber, new JournalEntry(JournalKind.Abstention, loss.Cause, entry.ToByteArray())));
        Report(BrokerReport.Abstains, CurrentSlot, $"{loss.What} This node may have forgotten votes, so it neither proposes nor votes until slot {_abstainsUntil}.");
        _wasAbstaining = true;
    }

    private void WatchAbstention()
    {
        if (!_wasAbstaining || IsAbstaining) return;
        _wasAbstaining = false;
        Report(BrokerReport.AbstainedEnough, CurrentSlot, "What this node may have forgotten is over: it votes again.");
    }

    /// <summary>I signed this, as somebody else knows. If my journal does not, it is an old copy, or not mine alone.</summary>
    private void NoteOwn(Slot slot, RecordId result)
    {
        if (_loss is not null || slot <= _lossNotedThrough) return;
        var isKnown = _slots.TryGetValue(slot, out var state) && state.MyResult == result;
        if (isKnown || (slot <= _lastOwnVote && (slot < _ownVotesFrom || slot.Value < CurrentSlot.Value - _rules.RetainSlots))) return;
        NoteLoss(result.Value, $"A fellow broker holds a signature of this node in slot {slot} of which its journal knows nothing: the journal is an old copy, or the key is used twice.");
    }

    private void CheckOwn(Record record)
    {
        var body = record.Kind switch
        {
            RecordKind.Vote => record.Body,
            RecordKind.Proposal when StrictParser.TryParse(ProposalBody.Parser, record.Body, out var proposal) => proposal.Result,
            _ => null,
        };
        if (body is null || !SlotResult.TryParse(body, out var result) || result.Market != _rules.Market) return;
        if (IsSignedBy(record, _signer.Id)) NoteOwn(result.Slot, result.Id);
    }

    /// <summary>
    /// A slot that was open when this broker started: with a journal that is an old copy it may have voted there and not know it. It votes there when
    /// nobody else knows of such a vote either.
    /// </summary>
    private bool MayHaveSigned(Slot slot) => _startedAt is { } started && slot <= started.Next && !Fellows.All(member => _toldOwn.Contains(member.Peer));

    /// <summary>Asks the others what I signed, after a start and as long as it matters.</summary>
    private void AskForOwn(Instant now)
    {
        if (!IsCatchingUp && (_startedAt is not { } started || CurrentSlot.Value > started.Value + _rules.RetainSlots)) return;
        foreach (var member in Fellows)
        {
            if (_toldOwn.Contains(member.Peer) || _asked.Values.Any(asked => asked.What == AskedFor.Own && asked.To == member.Peer)) continue;
            Ask(now, AskedFor.Own, member.Peer, new BrokerRequest { Own = new OwnRequest() }, CurrentSlot);
        }
    }

    private void OnOwnTold(Asked asked, BrokerResponse? answer)
    {
        if (answer?.Records is not { } told || told.Records.Count > MaxBatch) return;
        foreach (var record in told.Records) CheckOwn(record);
        _toldOwn.Add(asked.To);
        EndCatchingUp();
    }

    /// <summary>What the asker signed in slots that I remember.</summary>
    private BrokerResponse OnOwn(ParticipantId from) => new() { Records = ToBatch(_slots.Values.SelectMany(state => SignedBy(from, state))) };

    private IEnumerable<Record> SignedBy(ParticipantId member, SlotState state)
    {
        if (state.Votes.TryGetValue(_sets.Of(state.Slot).IndexOf(member), out var vote)) yield return vote.Vote;
        foreach (var proposal in state.Proposals.Values.Where(proposal => proposal.Proposer == member)) yield return proposal.Record;
    }
}
