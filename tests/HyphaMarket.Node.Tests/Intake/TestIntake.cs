using System.Threading.Channels;
using HyphaMarket.Brokerage.Brokers;
using HyphaMarket.Market.Ids;
using HyphaMarket.Node.Intake;
using HyphaMarket.Wire;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Node.Tests.Intake;

/// <summary>The pipeline of one market as a node has it: real verifiers, rings and broker core, and a loop like the daemon's that a test can stop.</summary>
internal sealed class TestIntake : IAsyncDisposable
{
    private readonly Channel<Action> _inputs = Channel.CreateUnbounded<Action>();
    private readonly ManualResetEventSlim _running = new(true);
    private readonly Task _loop;

    public TestIntake(TestMarket market, IntakeOptions? options = null, TestKeys.Verifier? signatures = null)
    {
        Signatures = signatures ?? new TestKeys.Verifier();
        Pool = new VerifierPool(options ?? new IntakeOptions { Verifiers = 2, RecordsPerSecond = 1_000_000, RecordBurst = 1_000_000, QuoteEveryMs = 1 }, NullLogger<VerifierPool>.Instance);
        // The core must never check one itself: what comes in is verified before.
        Intake = new MarketIntake(market.Rules, market.Signer, new ByThread(Signatures, CoreSignatures), Pool, () => market.Now, () => _inputs.Writer.TryWrite(() => { }));
        Core = market.NewBroker(signatures: Intake.Signatures);
        Intake.Publish(Core, market.Config);
        _loop = Task.Run(async () =>
        {
            while (await _inputs.Reader.WaitToReadAsync())
            {
                _running.Wait();
                while (_inputs.Reader.TryRead(out var input)) Step(input);
                if (Intake.Drain(Step)) _inputs.Writer.TryWrite(() => { });
            }

            void Step(Action step)
            {
                try
                {
                    step();
                }
                catch (Exception e)
                {
                    Failures.Add(e);
                }

                while (Core.TryTake(out var effect)) Effects.Add(effect);
                Intake.Publish(Core, market.Config);
            }
        });
    }

    public MarketIntake Intake { get; }
    public MarketBroker Core { get; }
    public VerifierPool Pool { get; }
    /// <summary>Counts what the verifiers check.</summary>
    public TestKeys.Verifier Signatures { get; }

    /// <summary>Counts what is checked on any other thread.</summary>
    public TestKeys.Verifier CoreSignatures { get; } = new();
    public List<Exception> Failures { get; } = [];
    public List<BrokerEffect> Effects { get; } = [];

    /// <summary>The loop stands still, whatever comes, until it goes on.</summary>
    public void StopLoop() => _running.Reset();

    public void GoOn() => _running.Set();

    /// <summary>Runs something in the loop.</summary>
    public Task InLoopAsync(Action action)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _inputs.Writer.TryWrite(() =>
        {
            action();
            done.SetResult();
        });
        return done.Task;
    }

    public async ValueTask DisposeAsync()
    {
        _running.Set();
        Pool.Dispose();
        _inputs.Writer.TryComplete();
        await _loop;
        Assert.That(Failures, Is.Empty);
    }

    private sealed class ByThread(TestKeys.Verifier verifiers, TestKeys.Verifier others) : ISignatureVerifier
    {
        public bool Verify(ParticipantId signer, ReadOnlySpan<byte> message, ReadOnlySpan<byte> signature) =>
            (Thread.CurrentThread.Name?.StartsWith("verifier", StringComparison.Ordinal) == true ? verifiers : others).Verify(signer, message, signature);
    }
}
