using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Hosting;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Api;

/// <summary>The API on its port: who is let in, and what strangers see.</summary>
public sealed class LoopbackPortTests
{
    private RunningNode _node = null!;

    [OneTimeSetUp]
    public async Task StartNode() => _node = await RunningNode.StartAsync(change: options => options with { Api = options.Api with { Port = "0" } });

    [OneTimeTearDown]
    public async Task StopNode() => await _node.DisposeAsync();

    [Test]
    public async Task Token_Shown_LetsIn()
    {
        using var client = _node.OverPort(_node.Token);
        Assert.That((await client.GetFromJsonAsync("/v1/status", ApiJson.Default.NodeStatus))!.PeerId, Does.StartWith("12D3KooW"));
        Assert.That(_node.Host.ApiAddress!.Host, Is.EqualTo("127.0.0.1"));
    }

    [Test]
    public void TokenFile_IsItsOwnersAlone_AndLong()
    {
        Assert.That(File.GetUnixFileMode(_node.Options.ApiTokenFile), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        Assert.That(_node.Token, Does.Match("^[0-9a-f]{64}$"));
    }

    [TestCase("/v1/status")]
    [TestCase("/v1/orders")]
    [TestCase("/metrics")]
    [TestCase("/readyz?verbose")]
    [TestCase("/openapi.json")]
    [TestCase("/nowhere")]
    public async Task Token_MissingOrWrong_Is401WithWhatWhyAndFix(string path)
    {
        foreach (var token in new[] { null, "", new string('0', 64), _node.Token[..^1], _node.Token + "0" })
        {
            using var client = _node.OverPort(token);
            var response = await client.GetAsync(path);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized), $"token {token}");
            Assert.That(response.Headers.WwwAuthenticate.Single().Scheme, Is.EqualTo("Bearer"));
            var error = (await response.Content.ReadFromJsonAsync(ApiJson.Default.ApiError))!;
            Assert.That((error.Code, error.Reason.Length > 0, error.Hint), Is.EqualTo(("wrong-token", true, "Send \"Authorization: Bearer TOKEN\" with the content of api.token in the data directory, or come over the Unix socket.")));
        }
    }

    [Test]
    public async Task Token_InTheQuery_IsNone()
    {
        using var client = _node.OverPort(null);
        Assert.That((await client.GetAsync($"/v1/status?token={_node.Token}&access_token={_node.Token}")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
    }

    [TestCase("evil.example")]
    [TestCase("127.0.0.1.evil.example")]
    [TestCase("192.0.2.7")]
    [TestCase("")]
    public async Task Host_ThatIsNotLoopback_IsRefused_EvenWithTheToken(string host)
    {
        Assert.That(await AskRawAsync($"GET /v1/status HTTP/1.1\r\nHost: {host}\r\nAuthorization: Bearer {_node.Token}\r\nConnection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 403").And.Contain("wrong-host"));
        Assert.That(await AskRawAsync($"GET / HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 403"), "nor the page");
    }

    [TestCase("localhost")]
    [TestCase("LOCALHOST:80")]
    [TestCase("127.0.0.1:9")]
    [TestCase("[::1]")]
    public async Task Host_ThatIsLoopback_IsTaken(string host) =>
        Assert.That(await AskRawAsync($"GET /livez HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"), Does.StartWith("HTTP/1.1 200"));

    [Test]
    public async Task Browser_OfAnotherOrigin_GetsNoLeave()
    {
        var preflight = await AskRawAsync("OPTIONS /v1/orders HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\nAccess-Control-Request-Method: POST\r\nConnection: close\r\n\r\n");
        Assert.That(preflight, Does.StartWith("HTTP/1.1 401").And.Not.Contain("Access-Control"));
        var read = await AskRawAsync($"GET /v1/status HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\nAuthorization: Bearer {_node.Token}\r\nConnection: close\r\n\r\n");
        Assert.That(read, Does.Not.Contain("Access-Control"));
    }

    [Test]
    public async Task Stranger_SeesThatTheDaemonLives_AndNoMore()
    {
        using var client = _node.OverPort(null);
        Assert.That(await client.GetStringAsync("/livez"), Is.EqualTo("""{"ready":true,"checks":[]}"""));
    }

    [Test]
    public async Task Token_IsInNoLogAndNoAnswer()
    {
        using var directory = new TemporaryDirectory();
        await using var node = await RunningNode.StartAsync(change: options => options with { Api = options.Api with { Port = "0" }, Log = options.Log with { File = "node.log", Level = Microsoft.Extensions.Logging.LogLevel.Trace } });
        using (var client = node.OverPort(node.Token)) Assert.That(await client.GetStringAsync("/v1/status"), Does.Not.Contain(node.Token));
        using (var wrong = node.OverPort("a-wrong-token-that-must-not-be-logged-either")) await wrong.GetAsync("/v1/status");
        await node.Host.StopAsync(CancellationToken.None);
        using var log = new StreamReader(new FileStream(node.Options.LogFile!, FileMode.Open, FileAccess.Read, FileShare.ReadWrite));
        Assert.That(await log.ReadToEndAsync(), Does.Contain("127.0.0.1").And.Not.Contain(node.Token).And.Not.Contain("a-wrong-token"));
    }

    [Test]
    public async Task TokenFile_OpenToOthers_KeepsTheNodeDown()
    {
        var fatal = await Assert.ThrowsAsync<FatalException>(async () => await RunningNode.StartAsync(change: options =>
        {
            File.WriteAllText(options.ApiTokenFile, new string('a', 64));
            File.SetUnixFileMode(options.ApiTokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead);
            return options with { Api = options.Api with { Port = "0" } };
        }));
        Assert.That((fatal!.Problems.Single().Code, fatal.ExitCode), Is.EqualTo(("token-mode", ExitCode.Permission)));
    }

    [Test]
    public async Task TokenFile_WithAShortToken_KeepsTheNodeDown()
    {
        var fatal = await Assert.ThrowsAsync<FatalException>(async () => await RunningNode.StartAsync(change: options =>
        {
            File.WriteAllText(options.ApiTokenFile, "secret\n");
            File.SetUnixFileMode(options.ApiTokenFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
            return options with { Api = options.Api with { Port = "0" } };
        }));
        Assert.That((fatal!.Problems.Single().Code, fatal.ExitCode), Is.EqualTo(("token-unusable", ExitCode.BadConfiguration)));
    }

    [Test]
    public async Task Port_InUse_IsToldWithItsFix()
    {
        var taken = _node.Host.ApiAddress!.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);
        var fatal = await Assert.ThrowsAsync<FatalException>(async () => await RunningNode.StartAsync(change: options => options with { Api = options.Api with { Port = taken } }));
        Assert.That(fatal!.Problems.Single().Fix, Does.Contain("api.port"));
    }

    [TestCase("7780", true)]
    [TestCase("0", true)]
    [TestCase("127.0.0.1:7780", true)]
    [TestCase("127.9.9.9:1", true)]
    [TestCase("[::1]:7780", true)]
    [TestCase("0.0.0.0:7780", false)]
    [TestCase("192.0.2.7:7780", false)]
    [TestCase("[::]:7780", false)]
    [TestCase("::1:7780", false)]
    [TestCase("localhost:7780", false)]
    [TestCase("127.0.0.1", false)]
    [TestCase("127.0.0.1:", false)]
    [TestCase("65536", false)]
    [TestCase("-1", false)]
    [TestCase("", false)]
    public void Port_IsOneOfLoopback_OrRefused(string text, bool good)
    {
        Assert.That(LoopbackEndPoint.TryParse(text, out var endPoint) && IPAddress.IsLoopback(endPoint.Address), Is.EqualTo(good));
        using var directory = new TemporaryDirectory();
        var options = RunningNode.OptionsFor(directory);
        Assert.That((options with { Api = options.Api with { Port = text } }).Validate().Select(problem => problem.Code), good ? Is.Empty : Is.EqualTo(new[] { "not-loopback" }));
    }

    private async Task<string> AskRawAsync(string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, _node.Host.ApiAddress!.Port);
        await using var stream = client.GetStream();
        await stream.WriteAsync(System.Text.Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream);
        return await reader.ReadToEndAsync().WaitAsync(TimeSpan.FromSeconds(20));
    }
}
