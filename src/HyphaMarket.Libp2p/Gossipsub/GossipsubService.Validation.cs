using System.Threading.Channels;
using HyphaMarket.Libp2p.Gossipsub.Driver;
using HyphaMarket.Libp2p.Gossipsub.Routing;
using HyphaMarket.Libp2p.Gossipsub.Signing;
using HyphaMarket.Libp2p.Identity;

namespace HyphaMarket.Libp2p.Gossipsub;

public sealed partial class GossipsubService
{
    /// <summary>Signatures that one worker verifies, 0.1 ms each, before it tells what came of them: the loop is entered once for many messages of a busy peer.</summary>
    private const int JudgedTogether = 8;

    private async Task RunValidatorAsync()
    {
        try
        {
            while (await _validations.Reader.WaitToReadAsync(_stopping.Token))
            {
                List<Judged> judged = [];
                (Validate Request, PeerSession? Session, MessageValidator Validator)? toAsk = null;
                while (toAsk is null && judged.Count < JudgedTogether && _validations.Reader.TryRead(out var next))
                {
                    var (request, session) = next;
                    var outcome = CheckSignature(request);
                    if (outcome == ValidationOutcome.Accept && request.Options.Validator is { } validator) toAsk = (request, session, validator);
                    else judged.Add(new Judged(request, session, outcome));
                }
                if (judged.Count > 0) await PostAsync(() => Validated(judged), _stopping.Token);
                if (toAsk is var (asked, from, by)) await AskValidatorAsync(asked, from, by);
            }
        }
        catch (Exception exception) when (_stopping.IsCancellationRequested && exception is OperationCanceledException or ChannelClosedException)
        {
            // The service ends.
        }
    }

    private async Task AskValidatorAsync(Validate request, PeerSession? session, MessageValidator validator)
    {
        // The validator may take its time; that the message is here, and genuine, can be told now.
        if (AnnouncesAuthentic(request)) await PostAsync(() => _router.OnAuthentic(request.Ticket), _stopping.Token);
        var timeout = new CancellationTokenSource(_options.ValidationTimeout, _host.Time);
        ValueTask<Validation> answer;
        try
        {
            answer = validator(request.From, request.Message, timeout.Token);
        }
        catch (Exception exception)
        {
            answer = ValueTask.FromException<Validation>(exception);
        }
        if (!answer.IsCompleted)
        {
            // It waits for something: let it, and go on with the next message meanwhile.
            await _waitingValidators.WaitAsync(_stopping.Token);
            _ = FinishLaterAsync(request, session, answer, timeout);
            return;
        }
        var outcome = await OutcomeOfAsync(request, answer, timeout);
        await PostAsync(() => Validated(request, session, outcome), _stopping.Token);
    }

    private async Task FinishLaterAsync(Validate request, PeerSession? session, ValueTask<Validation> answer, CancellationTokenSource timeout)
    {
        try
        {
            var outcome = await OutcomeOfAsync(request, answer, timeout);
            await PostAsync(() => Validated(request, session, outcome), _stopping.Token);
            _waitingValidators.Release();
        }
        catch (Exception exception) when (_stopping.IsCancellationRequested && exception is OperationCanceledException or ChannelClosedException or ObjectDisposedException)
        {
            // The service ends.
        }
    }

    private async Task<ValidationOutcome> OutcomeOfAsync(Validate request, ValueTask<Validation> answer, CancellationTokenSource timeout)
    {
        try
        {
            // The token asks the validator to stop; the second wait does not depend on its listening.
            var validation = answer.IsCompleted ? await answer : await answer.AsTask().WaitAsync(timeout.Token);
            return validation switch
            {
                Validation.Accept => ValidationOutcome.Accept,
                Validation.Reject => ValidationOutcome.Reject,
                _ => ValidationOutcome.Ignore,
            };
        }
        catch (Exception exception)
        {
            // A validator that fails has not accepted. Nobody is blamed for a fault of ours, and the message may come again.
            LogValidatorFault(request.Message.Topic, exception);
            return ValidationOutcome.Failed;
        }
        finally
        {
            timeout.Dispose();
        }
    }

    private bool AnnouncesAuthentic(Validate request) =>
        request.Options.SignaturePolicy == SignaturePolicy.StrictSign && request.Message.Encoded.Length >= _options.IDontWantThreshold;

    private ValidationOutcome CheckSignature(Validate request)
    {
        if (request.Options.SignaturePolicy != SignaturePolicy.StrictSign) return ValidationOutcome.Accept;
        try
        {
            return MessageSigning.Verify(request.Message) switch
            {
                SignatureVerdict.Valid => ValidationOutcome.Accept,
                SignatureVerdict.Invalid => ValidationOutcome.BadSignature,
                // A key of a kind that this platform cannot use: not accepted, but nobody's fault.
                _ => ValidationOutcome.Failed,
            };
        }
        catch (Exception exception)
        {
            // The system's cryptography failed, not the message; the worker goes on, or it would answer for nothing any more.
            LogValidatorFault(request.Message.Topic, exception);
            return ValidationOutcome.Failed;
        }
    }

    private void Validated(List<Judged> judged)
    {
        foreach (var (request, session, outcome) in judged)
        {
            try
            {
                Validated(request, session, outcome);
                CarryOutEffects();
            }
            catch (Exception exception)
            {
                // The others are judged all the same, or they would be under validation for good.
                OnLoopFault(exception);
            }
        }
    }

    private void Validated(Validate request, PeerSession? session, ValidationOutcome outcome)
    {
        session?.OnValidationEnded();
        _router.OnValidated(Now, request.Ticket, outcome);
    }

    private readonly record struct Judged(Validate Request, PeerSession? Session, ValidationOutcome Outcome);
}
