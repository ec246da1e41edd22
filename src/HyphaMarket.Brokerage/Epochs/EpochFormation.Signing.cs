using Google.Protobuf;
using HyphaMarket.Brokerage.Journal;
using HyphaMarket.Market.Ids;
using HyphaMarket.Market.Slots;
using HyphaMarket.Wire;
using HyphaMarket.Wire.Messages;

namespace HyphaMarket.Brokerage.Epochs;

// What this node signs: one set of an epoch, ever.
public sealed partial class EpochFormation
{
    private void OnSign(Instant now, long request, Record record)
    {
        if (!EpochConfig.TryParse(record, out var config) || config.Market != _rules.Market) Respond(request, Declined(EpochDeclineReason.Malformed));
        else if (!IsMine(config)) Respond(request, Declined(EpochDeclineReason.NotMember));
        else if (_locking is not null) OnSignWhileLocking(request, config);
        else if (_locked is not null && _locked.Id == config.Id) Respond(request, new EpochResponse { Signed = SignatureUnder(config) });
        else if (_locked is not null) Respond(request, Declined(EpochDeclineReason.SignedOther, _locked.WithSignatures([SignatureUnder(_locked)]).Record));
        else if (!MaySign || !IsNear(now, config.FirstSlot) || !IsSettled(now)) Respond(request, Declined(EpochDeclineReason.Unsettled));
        else if (!SameMembers(config.Members, _view!.Members)) Respond(request, Declined(EpochDeclineReason.OtherMembers));
        else
        {
            _waiting.Add(request);
            Lock(config);
        }
    }

    /// <summary>My signature is not on disk yet, so nobody may see it, nor whose it is.</summary>
    private void OnSignWhileLocking(long request, EpochConfig config)
    {
        if (_locked!.Id == config.Id && _waiting.Count < EpochConfig.MaxMembers) _waiting.Add(request);
        else Respond(request, Declined(EpochDeclineReason.Unsettled));
    }

    /// <summary>A set that begins far from my slot was drawn up by a clock that is not mine.</summary>
    private bool IsNear(Instant now, Slot first)
    {
        var (mine, most) = (_rules.Schedule.SlotAt(now), 16 * _options.LeadSlots);
        return first >= new Slot(mine.Value - most) && first <= mine.Plus(most);
    }

    /// <summary>From here on this is the only set of the epoch that I ever sign.</summary>
    private void Lock(EpochConfig config)
    {
        _locked = config;
        _locking = ++_lastNumber;
        _effects.Enqueue(new EpochEffect.Append(_lastNumber, new JournalEntry(JournalKind.EpochSigned, JournalKeys.Of(_rules.Market, (long)config.Epoch), config.Record.ToByteArray())));
    }

    private MemberSignature SignatureUnder(EpochConfig config) =>
        new() { Member = (uint)config.IndexOf(_signer.Id), Signature = ByteString.CopyFrom(config.Sign(_rules.Network, _signer)) };
}
