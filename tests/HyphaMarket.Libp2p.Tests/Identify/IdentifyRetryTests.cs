using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.Identify;
using HyphaMarket.Libp2p.Ping;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Tests.Hosting;
using Microsoft.Extensions.Logging.Abstractions;

namespace HyphaMarket.Libp2p.Tests.Identify;

/// <summary>A peer that does not answer at once is asked again, on a clock that the test turns.</summary>
[TestFixture]
[CancelAfter(60_000)]
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class IdentifyRetryTests : IAsyncDisposable
{
    // No deadline of the host is of one of these lengths, so that a timer is known by it.
    private static readonly TimeSpan s_first = TimeSpan.FromMilliseconds(1_100);
    private static readonly TimeSpan s_second = TimeSpan.FromMilliseconds(5_500);
    private static readonly TimeSpan s_timeout = TimeSpan.FromMilliseconds(7_700);

    private readonly HandTurnedTime _time = new();
    private readonly TestHosts _hosts = new();
    private int _asked;

    public async ValueTask DisposeAsync() => await _hosts.DisposeAsync();

    [Test]
    public async Task Peer_ThatResetsTwoQuestions_IsAskedAThirdTime_AndIdentified(CancellationToken cancellationToken)
    {
        var (asker, peer) = await TwoAsync();
        peer.Handle(IdentifyService.Id, (stream, token) => Interlocked.Increment(ref _asked) < 3 ? throw new IOException("busy") : AnswerAsync(peer, stream, token));
        var identified = HostTests.Identified(asker, peer.Id);

        await asker.ConnectAsync(peer.Id, peer.Addresses, cancellationToken);

        Assert.That(await _time.FireAsync(cancellationToken, s_first, s_second), Is.EqualTo(s_first));
        Assert.That(await _time.FireAsync(cancellationToken, s_first, s_second), Is.EqualTo(s_second));
        await identified.WaitAsync(cancellationToken);
        Assert.That(_asked, Is.EqualTo(3));
        Assert.That(asker.PeerStore.GetProtocols(peer.Id), Does.Contain(PingProtocol.Id));
    }

    [Test]
    public async Task Peer_ThatIsSilent_IsAskedAgain_WhenItsTimeIsUp(CancellationToken cancellationToken)
    {
        var (asker, peer) = await TwoAsync();
        var silent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        peer.Handle(IdentifyService.Id, (stream, token) =>
        {
            if (Interlocked.Increment(ref _asked) > 1) return AnswerAsync(peer, stream, token);
            silent.TrySetResult();
            return Task.Delay(Timeout.Infinite, token);
        });
        var identified = HostTests.Identified(asker, peer.Id);

        await asker.ConnectAsync(peer.Id, peer.Addresses, cancellationToken);
        await silent.Task.WaitAsync(cancellationToken);

        Assert.That(await _time.FireAsync(cancellationToken, s_timeout, s_first), Is.EqualTo(s_timeout));
        Assert.That(await _time.FireAsync(cancellationToken, s_timeout, s_first), Is.EqualTo(s_first));
        await identified.WaitAsync(cancellationToken);
        Assert.That(_asked, Is.EqualTo(2));
    }

    [Test]
    public async Task Peer_ThatResetsEveryQuestion_IsAskedThreeTimes_AndStaysConnected(CancellationToken cancellationToken)
    {
        var (asker, peer) = await TwoAsync();
        var connection = await ConnectAsync(asker, peer, _ => throw new IOException("busy"), cancellationToken);

        var asking = Service(asker).IdentifyAsync(connection);
        await _time.FireAsync(cancellationToken, s_first);
        await _time.FireAsync(cancellationToken, s_second);
        await asking.WaitAsync(cancellationToken);

        Assert.That(_asked, Is.EqualTo(3));
        Assert.That(asker.IsConnected(peer.Id), Is.True);
    }

    [Test]
    public async Task Peer_ThatSpeaksNonsense_IsNotAskedAgain(CancellationToken cancellationToken)
    {
        var (asker, peer) = await TwoAsync();
        var connection = await ConnectAsync(asker, peer, async stream => await LengthPrefixed.WriteAsync(stream, new byte[] { 0xFF, 0xFF }, cancellationToken), cancellationToken);

        await Service(asker).IdentifyAsync(connection).WaitAsync(cancellationToken);

        Assert.That(_asked, Is.EqualTo(1));
    }

    [Test]
    public async Task Peer_ThatDoesNotSpeakTheProtocol_IsNotAskedAgain(CancellationToken cancellationToken)
    {
        var (asker, peer) = await TwoAsync();
        peer.Unhandle(IdentifyService.Id);
        await asker.ConnectAsync(peer.Id, peer.Addresses, cancellationToken);

        await Service(asker).IdentifyAsync(asker.AllConnections().Single()).WaitAsync(cancellationToken);

        Assert.That(asker.IsConnected(peer.Id), Is.True);
    }

    [Test]
    public async Task Connection_ThatEndsDuringThePause_IsNotAskedOn(CancellationToken cancellationToken)
    {
        var (asker, peer) = await TwoAsync();
        var reset = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var connection = await ConnectAsync(
            asker,
            peer,
            _ =>
            {
                reset.TrySetResult();
                throw new IOException("busy");
            },
            cancellationToken);

        var asking = Service(asker).IdentifyAsync(connection);
        await reset.Task.WaitAsync(cancellationToken);
        await asker.DisconnectAsync(peer.Id);
        await asking.WaitAsync(cancellationToken);

        Assert.That(_asked, Is.EqualTo(1));
    }

    [Test]
    public void PausesOfNoLength_AreRefused() =>
        Assert.That(() => new HostOptions { IdentifyRetryPauses = [TimeSpan.Zero] }.Validate(), Throws.InstanceOf<ArgumentException>());

    /// <summary>An asker on the clock of the test, and a peer on the machine's whose identify handler the test puts in.</summary>
    private async Task<(Host Asker, Host Peer)> TwoAsync()
    {
        var asker = await _hosts.InMemoryAsync(new HostOptions { IdentifyTimeout = s_timeout, IdentifyRetryPauses = [s_first, s_second] }, _time);
        // A push would identify it too.
        var peer = await _hosts.InMemoryAsync(new HostOptions { PushDelay = TimeSpan.FromHours(1) });
        peer.Unhandle(IdentifyService.Id);
        // An answer of the asker's has a deadline of the same length.
        asker.Unhandle(IdentifyService.Id);
        return (asker, peer);
    }

    /// <summary>Connects while the peer answers truly, and has it answer otherwise from then on: the host's own question is over before the test's.</summary>
    private async Task<HostConnection> ConnectAsync(Host asker, Host peer, Func<PeerStream, Task> answer, CancellationToken cancellationToken)
    {
        peer.Handle(IdentifyService.Id, (stream, token) => AnswerAsync(peer, stream, token));
        var identified = HostTests.Identified(asker, peer.Id);
        await asker.ConnectAsync(peer.Id, peer.Addresses, cancellationToken);
        await identified.WaitAsync(cancellationToken);
        peer.Unhandle(IdentifyService.Id);
        peer.Handle(IdentifyService.Id, (stream, _) =>
        {
            Interlocked.Increment(ref _asked);
            return answer(stream);
        });
        return asker.AllConnections().Single();
    }

    private IdentifyService Service(Host asker) =>
        new(asker, new HostOptions { IdentifyTimeout = s_timeout, IdentifyRetryPauses = [s_first, s_second] }, NullLogger.Instance);

    private static async Task AnswerAsync(Host peer, PeerStream stream, CancellationToken cancellationToken)
    {
        var info = new IdentifyInfo(peer.Keys.PublicKey, "test/1", "test/1", peer.Addresses, stream.Connection.RemoteAddress.WithoutPeer(), [.. peer.Protocols]);
        foreach (var message in IdentifyCodec.Encode(info)) await LengthPrefixed.WriteAsync(stream, message, cancellationToken);
        await stream.CloseWriteAsync(cancellationToken);
    }
}
