using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Events;

namespace HyphaMarket.Page.Tests;

/// <summary>The market page in a real browser. Screenshots are left beside the test's results.</summary>
[TestFixture]
internal sealed class MarketPageTests
{
    private readonly List<string> _complaints = [];
    private PageNode _node = null!;
    private Browser? _browser;

    [OneTimeSetUp]
    public async Task Start()
    {
        _node = new PageNode();
        await _node.StartAsync();
        if (Browser.Find() is { } program) _browser = await Browser.StartAsync(program);
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        if (_browser is not null) await _browser.DisposeAsync();
        await _node.DisposeAsync();
    }

    [SetUp]
    public void Begin()
    {
        _complaints.Clear();
        _node.Markets.Bid(11_900);
    }

    [Test]
    public async Task Page_ShowsTheMarket_AndFollowsIt()
    {
        var page = await OpenAsync();
        await Expect(page.Locator("#state"), "Live");
        await Expect(page.Locator("#market-title"), "Discovery Alpha");
        await Expect(page.Locator("#figures"), "0.011900");
        await Expect(page.Locator("#markets tr[aria-current] td.bid"), "0.011900");
        await Expect(page.Locator("#brokers-note"), "epoch 7; 4 of 5 votes certify, 1 may fail");
        await Expect(page.Locator("#orders tbody"), "open");
        await Expect(page.Locator("#leases tbody"), "active");
        await Expect(page.Locator("#clock-slot"), "slot ");
        Assert.That(await page.Locator("#markets tbody tr").CountAsync(), Is.EqualTo(10));
        Assert.That(await page.Locator("#depth path").CountAsync(), Is.EqualTo(2));
        await page.Locator("#candles rect.up").First.WaitForAsync();
        Assert.That(await page.Locator("#candles rect.down").CountAsync(), Is.GreaterThan(0));

        _node.Markets.Bid(11_980);
        await Expect(page.Locator("#figures"), "0.011980");
        await Expect(page.Locator("#markets tr[aria-current] td.bid"), "0.011980");
        Assert.That(await page.TitleAsync(), Is.EqualTo("HyphaMarket"), "what a peer wrote stays text");
        await KeepAsync(page, "market-light");
        AssertQuiet();
    }

    [Test]
    public async Task Proof_IsVerifiedOnTheSpot_AndARefutedOneIsToldAsThat()
    {
        var page = await OpenAsync();
        var verify = page.Locator("#trades button").First;
        Assert.That(await verify.GetAttributeAsync("aria-label"), Does.Match("^Verify the match [0-9a-f]{10}$"));
        await verify.ClickAsync();
        await Expect(page.Locator("#trades tbody tr").First, "✗ ");
        AssertQuiet();
    }

    [Test]
    public async Task Token_ComesOnceInTheFragment_AndIsNowhereAfterwards()
    {
        var requests = new List<string>();
        var page = await OpenAsync(before: one => one.Request += (_, request) => requests.Add(request.Url));
        await Expect(page.Locator("#state"), "Live");
        Assert.That(page.Url, Does.Not.Contain(_node.Token));
        Assert.That(requests, Has.None.Contains(_node.Token).And.Some.Contains("/v1/status"));
        Assert.That(await page.EvaluateAsync<string>("JSON.stringify(localStorage) + document.cookie"), Does.Not.Contain(_node.Token));
        await page.ReloadAsync();
        await Expect(page.Locator("#state"), "Live");
    }

    [Test]
    public async Task WithoutAToken_ThePageAsksForIt_AndTellsOfAWrongOne()
    {
        var page = await OpenAsync(fragment: "");
        await page.Locator("#login").WaitForAsync();
        Assert.That(await page.EvaluateAsync<string>("document.activeElement.id"), Is.EqualTo("token"));
        await page.Keyboard.TypeAsync(new string('0', 64));
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#login-error"), "does not know this token");
        await page.Keyboard.TypeAsync(_node.Token);
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#state"), "Live");
        AssertQuiet();
    }

    [Test]
    public async Task Keyboard_ReachesMarketsLevelsAndProofs_WithAVisibleFocus()
    {
        var page = await OpenAsync();
        await page.Locator("#trades button").First.WaitForAsync();
        await page.Locator("#levels tbody tr").Nth(3).WaitForAsync(new LocatorWaitForOptions { State = WaitForSelectorState.Attached });
        var reached = new List<string>();
        for (var i = 0; i < 40; i++)
        {
            await page.Keyboard.PressAsync("Tab");
            reached.Add(await page.EvaluateAsync<string>("(document.activeElement.closest('table') ?? document.activeElement).id || document.activeElement.tagName"));
            if (i == 3) Assert.That(await page.EvaluateAsync<string>("getComputedStyle(document.activeElement).outlineStyle"), Is.EqualTo("solid"));
        }
        Assert.That(reached, Does.Contain("theme").And.Contain("markets").And.Contain("SUMMARY").And.Contain("interval").And.Contain("trades"));
        await page.Locator("#markets tbody button").Nth(2).FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Expect(page.Locator("#market-note"), "No broker set of");
        Assert.That(await page.EvaluateAsync<string>("document.activeElement.getAttribute('aria-pressed')"), Is.EqualTo("true"), "the focus stays where it was");
    }

    [Test]
    public async Task Phone_HasNothingWiderThanItself([Values] bool isDark)
    {
        var page = await OpenAsync(isDark, isPhone: true);
        await Expect(page.Locator("#figures"), "0.0");
        await page.Locator("#candles rect").First.WaitForAsync();
        Assert.That(await page.EvaluateAsync<int>("document.documentElement.scrollWidth"), Is.LessThanOrEqualTo(390));
        await KeepAsync(page, isDark ? "phone-dark" : "phone-light");
        AssertQuiet();
    }

    [Test]
    public async Task Dark_IsTheSystemsChoice_AndTheButtonOverrulesIt()
    {
        var page = await OpenAsync(isDark: true);
        await Expect(page.Locator("#figures"), "0.0");
        await page.Locator("#candles rect").First.WaitForAsync();
        const string ground = "getComputedStyle(document.body).backgroundColor";
        var dark = await page.EvaluateAsync<string>(ground);
        await KeepAsync(page, "market-dark");
        await page.Locator("#theme").ClickAsync();
        Assert.That(await page.Locator("#theme").GetAttributeAsync("aria-label"), Is.EqualTo("Colours: light"));
        Assert.That(await page.EvaluateAsync<string>(ground), Is.Not.EqualTo(dark));
    }

    [Test]
    public async Task Text_IsReadable_InBothColours([Values] bool isDark)
    {
        var page = await OpenAsync(isDark);
        await Expect(page.Locator("#figures"), "0.0");
        foreach (var selector in new[] { "#market-title", "#market-note", "#figures dd.bid", "#figures dd.ask", "th", ".empty, td" })
        {
            Assert.That(await page.Locator(selector).First.EvaluateAsync<double>(Contrast), Is.GreaterThanOrEqualTo(4.5), $"{selector}: the least that WCAG asks of text");
        }
    }

    [Test]
    public async Task Page_ComesBack_WhenTheDaemonDoes()
    {
        var page = await OpenAsync();
        await Expect(page.Locator("#state"), "Live");
        await _node.StopAsync();
        await Expect(page.Locator("#state"), "does not answer");
        await KeepAsync(page, "daemon-gone");
        _node.Markets.Bid(12_050);
        await _node.StartAsync();
        await Expect(page.Locator("#state"), "Live");
        await Expect(page.Locator("#figures"), "0.012050");
        // And what happens from now on comes through again.
        _node.Markets.Bid(12_060);
        await Expect(page.Locator("#figures"), "0.012060");
        _node.Services.GetRequiredService<EventHub>().Publish(new NodeEvent { Event = NodeEventKind.Certified });
        AssertQuiet();
    }

    /// <summary>Needs no browser.</summary>
    [Test]
    public async Task Files_ComeWithAStrictPolicy_AndFromNowhereElse()
    {
        using var client = new HttpClient { BaseAddress = _node.Address };
        foreach (var path in new[] { "/", "/page/app.js", "/page/api.js", "/page/charts.js", "/page/page.css", "/page/icon.svg" })
        {
            var response = await client.GetAsync(path);
            Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK), path);
            var policy = response.Headers.GetValues("Content-Security-Policy").Single();
            Assert.That(policy, Does.StartWith("default-src 'none';").And.Contain("frame-ancestors 'none'").And.Not.Contain("unsafe").And.Not.Contain("http"));
            Assert.That(response.Headers.GetValues("X-Content-Type-Options").Single(), Is.EqualTo("nosniff"));
            var text = await response.Content.ReadAsStringAsync();
            Assert.That(text.Replace("http://www.w3.org/2000/svg", "", StringComparison.Ordinal), Does.Not.Match("https?://"), $"{path} works without a network");
            using var again = new HttpRequestMessage(HttpMethod.Get, path) { Headers = { { "If-None-Match", response.Headers.ETag!.Tag } } };
            Assert.That((await client.SendAsync(again)).StatusCode, Is.EqualTo(HttpStatusCode.NotModified));
        }
        Assert.That((await client.GetAsync("/page/../api.token")).StatusCode, Is.EqualTo(HttpStatusCode.Unauthorized));
        Assert.That((await client.GetAsync("/page/none.js")).StatusCode, Is.EqualTo(HttpStatusCode.NotFound));
    }

    /// <summary>The contrast of an element's colour with the first ground behind it, as WCAG 2 computes it.</summary>
    private const string Contrast = """
        element => {
          const rgb = text => text.match(/[\d.]+/g).map(Number);
          let behind = element;
          while (behind && (rgb(getComputedStyle(behind).backgroundColor)[3] ?? 1) === 0) behind = behind.parentElement;
          const light = colour => rgb(colour).slice(0, 3).map(part => part / 255).map(part => part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4).reduce((sum, part, i) => sum + part * [0.2126, 0.7152, 0.0722][i], 0);
          const [a, b] = [light(getComputedStyle(element).color), light(getComputedStyle(behind ?? document.body).backgroundColor)];
          return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
        }
        """;

    private async Task<IPage> OpenAsync(bool isDark = false, bool isPhone = false, string? fragment = null, Action<IPage>? before = null)
    {
        if (_browser is null) Assert.Ignore("There is no Chromium on this machine: tests/install-tools.sh installs it on Debian.");
        var page = await _browser!.OpenAsync(_complaints, isDark, isPhone);
        before?.Invoke(page);
        await page.GotoAsync(new Uri(_node.Address, fragment ?? $"#token={_node.Token}").ToString());
        return page;
    }

    private static Task Expect(ILocator place, string text) => Assertions.Expect(place).ToContainTextAsync(text, new LocatorAssertionsToContainTextOptions { Timeout = 30_000 });

    /// <summary>Errors of scripts, and what the policy refused.</summary>
    private void AssertQuiet() => Assert.That(_complaints, Is.Empty);

    private static async Task KeepAsync(IPage page, string name)
    {
        var path = Path.Combine(TestContext.CurrentContext.WorkDirectory, "screenshots", $"{name}.png");
        await page.ScreenshotAsync(new PageScreenshotOptions { Path = path, FullPage = true });
        TestContext.AddTestAttachment(path);
    }
}
