using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Hosting.Internal;
using Microsoft.Extensions.Logging.Abstractions;

using HyphaMarket.Node.Api.Server;

namespace HyphaMarket.Node.Tests.Api;

public sealed class ErrorBoundaryTests
{
    private static readonly Exception[] s_takenAway = [new ObjectDisposedException("hub"), new OperationCanceledException(), new TaskCanceledException()];

    [TestCaseSource(nameof(s_takenAway))]
    public async Task WhatIsTakenAway_WhileTheDaemonStops_IsUnavailable(Exception exception)
    {
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        Assert.That(await AnswerAsync(lifetime, exception), Is.EqualTo((500, "internal")));
        lifetime.StopApplication();
        Assert.That(await AnswerAsync(lifetime, exception), Is.EqualTo((503, "stopping")));
    }

    [Test]
    public async Task AFailureOfAnotherKind_WhileTheDaemonStops_IsAFailure()
    {
        var lifetime = new ApplicationLifetime(NullLogger<ApplicationLifetime>.Instance);
        lifetime.StopApplication();
        Assert.That(await AnswerAsync(lifetime, new InvalidOperationException()), Is.EqualTo((500, "internal")));
    }

    private static async Task<(int Status, string Code)> AnswerAsync(ApplicationLifetime lifetime, Exception exception)
    {
        using var body = new MemoryStream();
        var context = new DefaultHttpContext { Response = { Body = body } };
        await new ErrorBoundary(_ => throw exception, lifetime, NullLogger<ErrorBoundary>.Instance).InvokeAsync(context);
        using var error = System.Text.Json.JsonDocument.Parse(Encoding.UTF8.GetString(body.ToArray()));
        return (context.Response.StatusCode, error.RootElement.GetProperty("code").GetString()!);
    }
}
