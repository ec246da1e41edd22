using Google.Protobuf;
using HyphaMarket.Brokerage.Admission;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Brokers;

// Single records by their ids, and batches of records.
public sealed partial class MarketBroker
{
    /// <summary>The most records or ids in one message.</summary>
    private const int MaxBatch = 1024;

    /// <summary>The most bytes of records in one message (2 MiB); what does not fit is asked for again.</summary>
    private const int MaxBatchBytes = 2 * 1024 * 1024;

    private bool Fetch(Instant now, ParticipantId from, Slot slot, RecordId about, IEnumerable<RecordId> ids, ReconciliationSession? session = null)
    {
        var wanted = ids.Distinct().Take(MaxBatch).ToArray();
        var request = new FetchRequest();
        request.Ids.AddRange(wanted.Select(ToBytes));
        return Ask(now, AskedFor.Records, from, new BrokerRequest { Fetch = request }, slot, about, session, wanted);
    }

    /// <summary>Records of the replica by id; a proposal by its own id or its result's, with my vote for it, or another's that I know.</summary>
    private BrokerResponse OnFetch(FetchRequest request)
    {
        if (request.Ids.Count > MaxBatch) return Decline($"A fetch has at most {MaxBatch} ids.");
        return new BrokerResponse { Records = ToBatch(request.Ids.SelectMany(FindFetched)) };
    }

    private IEnumerable<Record?> FindFetched(ByteString bytes)
    {
        if (ToId(bytes) is not { } id) yield break;
        if (_replica.Find(id) is { } record)
        {
            yield return record;
            yield break;
        }

        foreach (var (_, state) in _slots)
        {
            if ((state.Proposals.GetValueOrDefault(id) ?? state.ProposalOf(id)) is not { } proposal) continue;
            // My own proposal is shown with my durable vote for it, and not before.
            if (proposal.Proposer == _signer.Id && !state.MyVoteIsDurable) continue;
            yield return proposal.Record;
            if (state.MyVoteIsDurable && state.MyResult == proposal.Result.Id) yield return state.MyVote;
            else yield return state.Votes.Values.FirstOrDefault(vote => vote.Result == proposal.Result.Id).Vote;
        }
    }

    private void OnFetched(Instant now, Asked asked, BrokerResponse? answer, VerifiedBatch verified)
    {
        // A fetch by id may bring a proposal with a vote for each id.
        IReadOnlyList<Record> records = answer?.Records is { } batch && batch.Records.Count <= 2 * MaxBatch ? batch.Records : [];
        foreach (var record in records)
        {
            if (record.Kind == RecordKind.Proposal) OnProposal(now, asked.To, record);
            else if (record.Kind == RecordKind.Vote) OnVote(now, asked.To, record);
        }

        IngestBatch(now, asked.To, records.Where(record => record.Kind is not (RecordKind.Proposal or RecordKind.Vote)), verified);
        if (_slots.GetValueOrDefault(asked.Slot)?.Proposals.GetValueOrDefault(asked.About) is { } about)
        {
            about.IsFetching = false;
            // What was not asked for does not count: who is asked could go on sending it for ever.
            if (!asked.Ids.Any(IsHere)) about.VainFetches++;
        }

        if (asked.Session is { } session)
        {
            var came = records.Where(record => DomainTags.IsKnown(record.Kind)).Select(SignedRecords.IdOf).ToHashSet();
            OnSessionFetched(now, session, asked.Ids, came);
        }

        // What came may be the offers of a proposal that has votes enough.
        if (records.Count == 0) return;
        foreach (var state in _slots.Values.Where(state => state.Certified is null && state.Votes.Count > 0).ToArray())
        {
            foreach (var result in state.Votes.Values.Select(vote => vote.Result).Distinct().ToArray()) CertifyWhenQuorum(now, state, result);
        }
    }

    /// <summary>Whether a record that was asked for is here: in the replica, or a proposal by its own id or its result's.</summary>
    private bool IsHere(RecordId id) => _replica.Contains(id) || _slots.Values.Any(state => state.Proposals.ContainsKey(id) || state.ProposalOf(id) is not null);

    /// <summary>Takes records of a fellow broker in; certificates first, since they say whose word about a match counts.</summary>
    /// <returns>How many were new.</returns>
    private int IngestBatch(Instant now, ParticipantId from, IEnumerable<Record> records, VerifiedBatch verified) =>
        records.OrderBy(record => record.Kind != RecordKind.Certificate).Count(record => IngestOf(now, from, record, verified).IsNew);

    private AdmissionVerdict IngestOf(Instant now, ParticipantId from, Record record, VerifiedBatch verified)
    {
        var (known, fault) = verified.Find(record);
        return fault ?? (known is null ? Ingest(now, from, record, RecordSource.FellowBroker) : Ingest(now, known, RecordSource.FellowBroker));
    }

    private static RecordBatch ToBatch(IEnumerable<Record?> records)
    {
        var (batch, bytes) = (new RecordBatch(), 0);
        foreach (var record in records.OfType<Record>().Take(MaxBatch))
        {
            bytes += record.CalculateSize();
            if (bytes > MaxBatchBytes && batch.Records.Count > 0) break;
            batch.Records.Add(record);
        }

        return batch;
    }

    private static RecordId? ToId(ByteString bytes) => RecordId.TryFromBytes(bytes.Span, out var id) ? id : null;

    private static ByteString ToBytes(RecordId id) => id.Value.ToByteString();
}
