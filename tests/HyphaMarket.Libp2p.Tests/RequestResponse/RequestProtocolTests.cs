using HyphaMarket.Libp2p.Hosting;
using HyphaMarket.Libp2p.RequestResponse;
using HyphaMarket.Libp2p.Tests.Hosting;

namespace HyphaMarket.Libp2p.Tests.RequestResponse;

[TestFixture]
[CancelAfter(30_000)]
public sealed class RequestProtocolTests
{
    private const string Protocol = "/test/reverse/1";

    private TestHosts _hosts = null!;
    private Host _client = null!;
    private Host _server = null!;

    [SetUp]
    public async Task SetUp()
    {
        _hosts = new TestHosts();
        _client = await _hosts.InMemoryAsync();
        _server = await _hosts.InMemoryAsync();
        await _client.ConnectAsync(_server.Id, _server.Addresses);
    }

    [TearDown]
    public async Task TearDown() => await _hosts.DisposeAsync();

    [Test]
    public async Task Requests_AreAnswered_EachOnItsOwnStream(CancellationToken cancellationToken)
    {
        RequestProtocol.Serve(_server, Protocol, (peer, request, _) =>
        {
            Assert.That(peer, Is.EqualTo(_client.Id));
            var response = request.ToArray();
            Array.Reverse(response);
            return new(response);
        });
        var calls = Enumerable.Range(0, 60).Select(async i =>
        {
            var response = await RequestProtocol.CallAsync(_client, _server.Id, Protocol, new byte[] { 1, (byte)i }, cancellationToken: cancellationToken);
            Assert.That(response, Is.EqualTo(new byte[] { (byte)i, 1 }));
        });
        await Task.WhenAll(calls);
        // A stream lives on until the server's end of it has come too, which may be after its answer.
        await Eventually.HoldsAsync(() => _client.Connections.Single().Streams == 0, cancellationToken);
    }

    [Test]
    public void Request_OverTheServersBound_IsReset(CancellationToken cancellationToken)
    {
        RequestProtocol.Serve(_server, Protocol, (_, request, _) => new(request), new ServeOptions { MaxRequestBytes = 100 });
        Assert.That(async () => await CallAsync(new byte[101], null, cancellationToken), Throws.TypeOf<StreamResetException>());
        Assert.That(async () => await CallAsync(new byte[100], null, cancellationToken), Throws.Nothing);
    }

    [Test]
    public void Response_OverTheClientsBound_IsAnError(CancellationToken cancellationToken)
    {
        RequestProtocol.Serve(_server, Protocol, (_, _, _) => new(new byte[101]));
        Assert.That(async () => await CallAsync(new byte[1], new RequestOptions { MaxResponseBytes = 100 }, cancellationToken), Throws.TypeOf<InvalidDataException>());
    }

    [Test]
    public async Task Requests_ThatTogetherExceedTheProtocolsMemory_AreReset_AndItComesBack(CancellationToken cancellationToken)
    {
        var server = await _hosts.InMemoryAsync(new HostOptions { Resources = new() { MaxMemoryPerProtocol = 512 * 1024 } });
        await _client.ConnectAsync(server.Id, server.Addresses, cancellationToken);
        var release = new TaskCompletionSource();
        var entered = new SemaphoreSlim(0);
        RequestProtocol.Serve(server, Protocol, async (_, _, token) =>
        {
            entered.Release();
            await release.Task.WaitAsync(token);
            return new byte[1];
        });
        Task<byte[]> CallAsync() => RequestProtocol.CallAsync(_client, server.Id, Protocol, new byte[200 * 1024], cancellationToken: cancellationToken);
        var first = CallAsync();
        await entered.WaitAsync(cancellationToken);
        var second = CallAsync();
        await entered.WaitAsync(cancellationToken);
        Assert.That(async () => await CallAsync(), Throws.InstanceOf<IOException>());
        Assert.That(server.Resources.Protocols[Protocol].Memory, Is.InRange(2 * 196 * 1024, 512 * 1024));
        release.SetResult();
        Assert.That(await Task.WhenAll(first, second), Has.Length.EqualTo(2));
        while (server.Resources.Protocols[Protocol].Memory > 0) await Task.Delay(1, cancellationToken);
    }

    [Test]
    public void SlowServer_IsATimeoutAndNotACancel(CancellationToken cancellationToken)
    {
        RequestProtocol.Serve(_server, Protocol, async (_, request, token) =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return request;
        });
        Assert.That(async () => await CallAsync(new byte[1], new RequestOptions { Deadline = TimeSpan.FromMilliseconds(50) }, cancellationToken), Throws.TypeOf<TimeoutException>());
    }

    [Test]
    public void ServersDeadline_FreesItsPlace(CancellationToken cancellationToken)
    {
        var served = 0;
        RequestProtocol.Serve(
            _server,
            Protocol,
            async (_, request, token) =>
            {
                if (Interlocked.Increment(ref served) == 1) await Task.Delay(Timeout.Infinite, token);
                return request;
            },
            new ServeOptions { Deadline = TimeSpan.FromMilliseconds(50), MaxConcurrent = 1, MaxConcurrentPerPeer = 1 });
        Assert.That(async () => await CallAsync(new byte[1], null, cancellationToken), Throws.TypeOf<StreamResetException>());
        Assert.That(async () => await CallUntilServedAsync(cancellationToken), Throws.Nothing);
    }

    [Test]
    public async Task Requests_BeyondThePeersShare_AreReset_AndTheOthersAreServed(CancellationToken cancellationToken)
    {
        var release = new TaskCompletionSource();
        var entered = new SemaphoreSlim(0);
        RequestProtocol.Serve(
            _server,
            Protocol,
            async (_, request, token) =>
            {
                entered.Release();
                await release.Task.WaitAsync(token);
                return request;
            },
            new ServeOptions { MaxConcurrentPerPeer = 2 });
        var served = new[] { CallAsync(new byte[1], null, cancellationToken), CallAsync(new byte[1], null, cancellationToken) };
        await entered.WaitAsync(cancellationToken);
        await entered.WaitAsync(cancellationToken);
        Assert.That(async () => await CallAsync(new byte[1], null, cancellationToken), Throws.TypeOf<StreamResetException>());
        release.SetResult();
        Assert.That(await Task.WhenAll(served), Has.Length.EqualTo(2));
    }

    private Task<byte[]> CallAsync(byte[] request, RequestOptions? options, CancellationToken cancellationToken) =>
        RequestProtocol.CallAsync(_client, _server.Id, Protocol, request, options, cancellationToken);

    /// <summary>The server gives its place back a moment after the client has seen the reset.</summary>
    private async Task CallUntilServedAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                await CallAsync(new byte[1], null, cancellationToken);
                return;
            }
            catch (StreamResetException)
            {
                await Task.Yield();
            }
        }
    }
}
