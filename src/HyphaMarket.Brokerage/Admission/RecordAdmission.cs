using System.Runtime.InteropServices;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Brokerage.Records;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Offers;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Admission;

/// <summary>The steps of admission that depend on no broker's state, the cheapest first: reading, window, work, signature.</summary>
/// <remarks>
/// Pure functions of a record, the market's rules and, for the window, a slot. The core takes them one after the other; the daemon takes them on the threads of
/// connections and verifiers, and the core then does what only its state can say.
/// </remarks>
public sealed class RecordAdmission
{
    /// <summary>A cancel holds the offer's body, and perhaps another offer with the proof that authorises it.</summary>
    private const int MaxCancelSize = 3 * OfferRecords.MaxBodySize;

    /// <summary>For fewer, hashing side by side saves nothing.</summary>
    private const int FewOffers = 4;

    private readonly MarketRules _rules;
    private readonly OfferLimits _limits;
    private readonly ISignatureVerifier _signatures;

    /// <param name="signatures">Called by many threads at once.</param>
    public RecordAdmission(MarketRules rules, ISignatureVerifier signatures)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(signatures);
        (_rules, _limits, _signatures) = (rules, rules.OfferLimits, signatures);
    }

    /// <summary>Checks signatures, on any thread.</summary>
    public ISignatureVerifier Signatures => _signatures;

    /// <summary>Offers and cancels; all else is read by the core, which alone knows what it is about.</summary>
    public static bool Takes(RecordKind kind) => kind is RecordKind.Offer or RecordKind.Cancel;

    /// <summary>The hashes of the offers among the records of one message; null of the others, and where there are too few to save anything.</summary>
    public static OfferHashes?[] HashesOf(IReadOnlyList<Record> records)
    {
        ArgumentNullException.ThrowIfNull(records);
        var all = new OfferHashes?[records.Count];
        if (records.Count < FewOffers) return all;
        var (bodies, nonces, places) = (new List<ReadOnlyMemory<byte>>(records.Count), new ulong[records.Count], new int[records.Count]);
        for (var i = 0; i < records.Count; i++)
        {
            if (records[i].Kind != RecordKind.Offer || records[i].Body.Length > OfferRecords.MaxBodySize) continue;
            (nonces[bodies.Count], places[bodies.Count]) = (records[i].WorkNonce, i);
            bodies.Add(records[i].Body.Memory);
        }

        var ids = Bundles.IdsOf(RecordKind.Offer, CollectionsMarshal.AsSpan(bodies));
        var work = ProofOfWork.HashesOf(ids, nonces);
        for (var i = 0; i < ids.Length; i++) all[places[i]] = new OfferHashes(ids[i], work[i]);
        return all;
    }

    /// <summary>Size, form, market.</summary>
    /// <param name="id">Of an offer; null where it is to be computed.</param>
    /// <param name="likely">An offer's owner, who is shared where it is this one; default for none.</param>
    /// <returns>What is wrong; null with what was read.</returns>
    /// <exception cref="ArgumentException">A record of another kind.</exception>
    public AdmissionVerdict? TryRead(Record record, out ReadRecord? read, Hash256? id = null, ParticipantId likely = default)
    {
        ArgumentNullException.ThrowIfNull(record);
        read = null;
        var fault = record.Kind switch
        {
            RecordKind.Offer => TryReadOffer(record, id, likely, out read),
            RecordKind.Cancel => TryReadCancel(record, out read),
            _ => throw new ArgumentException($"A record of the kind {record.Kind} is read elsewhere.", nameof(record)),
        };
        return fault;
    }

    /// <summary>Sizes, form and least work of a bundle that came whole: what costs no more for a thousand offers than for few.</summary>
    /// <returns>What is wrong; null with the bundle.</returns>
    public AdmissionVerdict? TryOpen(WholeBundle bundle, out OpenedBundle? opened)
    {
        ArgumentNullException.ThrowIfNull(bundle);
        opened = null;
        if (bundle.Kind != RecordKind.Offer) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "A bundle that comes whole is of offers.");
        if (Bundles.TryReadHeader(bundle.Bundle) is not { } header || header.Size != bundle.Bodies.Count) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, $"A bundle holds as many offers as it says, 1 to {Bundles.MaxSize}.");
        // Before a thousand bodies are read; once more when the largest quantity is known.
        if (CheckWork(bundle, quantity: 1) is { } lazy) return lazy;
        var bodies = Bundles.BodiesOf(bundle);
        for (var i = 0; i < bodies.Length; i++)
        {
            if (bodies[i].Length > OfferRecords.MaxBodySize) return Of(i, AdmissionVerdict.Wrong(OfferRefusal.Malformed, $"An offer has at most {OfferRecords.MaxBodySize} bytes."));
        }

        opened = new OpenedBundle(bundle, header, bodies);
        return null;
    }

    /// <summary>Market, fields and work of a bundle's offers. What is wrong with one is wrong with all, since their owner signed them together.</summary>
    /// <returns>What is wrong; null with the offers, in the order of the leaves.</returns>
    internal AdmissionVerdict? TryRead(OpenedBundle opened, out Offer[] offers)
    {
        var bundle = opened.Bundle;
        offers = new Offer[opened.Count];
        _ = ParticipantId.TryFromBytes(opened.Header.Owner.Span, out var owner);
        var ids = Bundles.IdsOf(RecordKind.Offer, opened.Bodies);
        var largest = 1;
        for (var i = 0; i < offers.Length; i++)
        {
            if (!OfferRecords.TryParse(opened.Bodies[i], ids[i], owner, out var offer, i > 0 ? offers[i - 1].Addresses : null)) return Of(i, AdmissionVerdict.Wrong(OfferRefusal.Malformed, "The offer cannot be read."));
            if (Elsewhere(offer) is { } elsewhere) return Of(i, elsewhere);
            if (offer.Owner != owner) return Of(i, AdmissionVerdict.Wrong(OfferRefusal.BadSignature, "The offer is not of the bundle's owner."));
            if (OfferRules.Check(offer, _limits, _rules.Clearing) is { IsFine: false } wrong) return Of(i, AdmissionVerdict.Wrong(wrong));
            offers[i] = offer;
            largest = Math.Max(largest, offer.Quantity);
        }

        return CheckWork(bundle, largest);
    }

    /// <summary>
    /// "First slot not before the current - 1 from the owner, - 4 from a fellow broker", by which way gossip is meant. What fellow brokers exchange on
    /// purpose - by reconciliation, by fetching a proposal's inputs - is taken until it expires: were it refused by age, a record that one of us
    /// got just in time would stay unknown to the others, and every proposal with it would fail until it expires. So is a cancel, which may come long
    /// after its offer's start.
    /// </summary>
    public AdmissionVerdict? CheckWindow(ReadRecord read, RecordSource source, Slot current)
    {
        ArgumentNullException.ThrowIfNull(read);
        return CheckWindow(read.Offer, source, current, read is ReadRecord.OfCancel);
    }

    /// <inheritdoc cref="CheckWindow(ReadRecord, RecordSource, Slot)"/>
    internal AdmissionVerdict? CheckWindow(Offer offer, RecordSource source, Slot current, bool isCancel = false)
    {
        var isExchanged = source == RecordSource.FellowBroker || isCancel;
        if (isExchanged && offer.FirstSlot < current && offer.LastSlot >= current) offer = offer with { FirstSlot = current };
        return OfferRules.CheckWindow(offer, _limits, current, source == RecordSource.Owner && !isExchanged) is { IsFine: false } outside ? new AdmissionVerdict(outside) : null;
    }

    /// <summary>The fields, by the rules that are the same for everybody, and the proof of work.</summary>
    public AdmissionVerdict? CheckWork(ReadRecord read, OfferHashes? hashes = null)
    {
        ArgumentNullException.ThrowIfNull(read);
        if (OfferRules.Check(read.Offer, _limits, _rules.Clearing) is { IsFine: false } wrong) return AdmissionVerdict.Wrong(wrong);
        var record = read.Record;
        var (subject, size) = Bundles.WorkOf(record, read.Id);
        var bits = ProofOfWork.RequiredBits(_rules.WorkBits, read is ReadRecord.OfOffer ? read.Offer.Quantity : 1, size);
        // A bundle's work is over the bundle's id, which is hashed here.
        var isDone = hashes is { } known && record.AuthorisationCase != Record.AuthorisationOneofCase.Bundle ? known.Work.LeadingZeros >= bits : ProofOfWork.Check(subject, record.WorkNonce, bits);
        if (isDone) return null;
        var what = record.AuthorisationCase == Record.AuthorisationOneofCase.Bundle ? "its bundle's id" : read is ReadRecord.OfOffer ? "this offer's id" : "this cancel's id";
        return AdmissionVerdict.Wrong(OfferRefusal.InsufficientWork, $"The proof of work must have {bits} leading zero bits. Search a nonce for {what}.") with { WorkBits = bits };
    }

    /// <summary>The signature, the dearest check.</summary>
    /// <returns>What is wrong; null with the verified record.</returns>
    public AdmissionVerdict? TryVerify(ReadRecord read, out VerifiedRecord? verified) => VerifiedRecord.TryVerify(this, read, out verified);

    /// <summary>All that is dear about a bundle: reading its offers, their work, the one signature, the hashes.</summary>
    /// <returns>What is wrong; null with the verified offers, in the order of the leaves.</returns>
    public AdmissionVerdict? TryVerify(OpenedBundle bundle, out VerifiedRecord[] verified) => VerifiedRecord.TryVerify(this, bundle, out verified);

    internal bool IsSigned(Record record, ParticipantId owner) => SignedRecords.VerifySignature(_rules.Network, record, owner, _signatures);

    /// <summary>The tree of a bundle whose signature and root are right; null for another. The signature first: it costs less than the hashes.</summary>
    internal BundleTree? TreeOf(OpenedBundle bundle) => Bundles.Verify(_rules.Network, bundle.Bundle, bundle.Header, bundle.Bodies, _signatures);

    private static AdmissionVerdict Of(int index, AdmissionVerdict fault) => fault with { Verdict = fault.Verdict with { Detail = $"Offer {index} of the bundle: {fault.Verdict.Detail}" } };

    private AdmissionVerdict? TryReadOffer(Record record, Hash256? id, ParticipantId likely, out ReadRecord? read)
    {
        read = null;
        if (record.Body.Length > OfferRecords.MaxBodySize) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, $"An offer has at most {OfferRecords.MaxBodySize} bytes.");
        // What was read is remembered by the record, unless all that is asked of it comes with this call.
        var isRead = id is null ? OfferRecords.TryParse(record, out var offer) : OfferRecords.TryParse(record.Body.Memory, id, likely, out offer);
        if (!isRead || offer is null) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "The offer cannot be read.");
        if (Elsewhere(offer) is { } elsewhere) return elsewhere;
        read = new ReadRecord.OfOffer(record, offer);
        return null;
    }

    private AdmissionVerdict? TryReadCancel(Record record, out ReadRecord? read)
    {
        read = null;
        if (record.Body.Length > MaxCancelSize || record.Read(ParsedCancel.Of) is not { } cancel) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "The cancel cannot be read.");
        if (cancel.Offer is not { } offer) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "The cancel holds no offer that can be read.");
        if (offer.Market != _rules.Market) return AdmissionVerdict.Wrong(OfferRefusal.UnknownMarket, $"The cancelled offer is for market {offer.Market}; I broker {_rules.Market}.");
        ReadRecord? replacement = null;
        if (cancel.Body.Replacement is { } other)
        {
            if (other.Kind != RecordKind.Offer) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "What replaces an offer is an offer.");
            if (TryReadOffer(other, null, default, out replacement) is { } unreadable) return unreadable;
            if (replacement!.Offer.Owner != offer.Owner || replacement.Offer.Id == offer.Id) return AdmissionVerdict.Wrong(OfferRefusal.Malformed, "An offer is replaced by another one of the same owner.");
        }

        read = new ReadRecord.OfCancel(record, offer, (ReadRecord.OfOffer?)replacement);
        return null;
    }

    /// <summary>Gossip and requests name the market, so a record of another one under its name is wrong for everybody.</summary>
    private AdmissionVerdict? Elsewhere(Offer offer) =>
        offer.Market == _rules.Market ? null : AdmissionVerdict.Wrong(OfferRefusal.UnknownMarket, $"This offer is for market {offer.Market}; I broker {_rules.Market}.");

    private AdmissionVerdict? CheckWork(WholeBundle bundle, int quantity)
    {
        var bits = ProofOfWork.RequiredBits(_rules.WorkBits, quantity, bundle.Bodies.Count);
        return ProofOfWork.Check(Bundles.IdOf(bundle.Bundle), bundle.WorkNonce, bits)
            ? null
            : AdmissionVerdict.Wrong(OfferRefusal.InsufficientWork, $"The bundle's proof of work must have {bits} leading zero bits. Search a nonce for the bundle's id.") with { WorkBits = bits };
    }

    private sealed record ParsedCancel(CancelBody Body, Offer? Offer)
    {
        public static ParsedCancel? Of(Record record) =>
            StrictParser.TryParse(CancelBody.Parser, record.Body, out var body) ? new ParsedCancel(body, OfferRecords.TryParse(body.Offer, out var offer) ? offer : null) : null;
    }
}
