using System.Text.Json;
using Microsoft.Extensions.Logging;

using HyphaMarket.Node.Configuration;
using HyphaMarket.Node.Logging;
using HyphaMarket.Node.Tests.TestSupport;

namespace HyphaMarket.Node.Tests.Logging;

public sealed class LogSetupTests
{
    [Test]
    public void LogFile_HasOneJsonObjectALine_AndNothingBelowTheLevel()
    {
        using var directory = new TemporaryDirectory();
        using (var logs = LogSetup.Create(new LogOptions { Console = false, Level = LogLevel.Warning }, directory.File("log.json")))
        {
            var log = logs.CreateLogger("test");
            LogMessages.Whisper(log, 1);
            LogMessages.Shout(log, 2);
        }
        var line = JsonDocument.Parse(File.ReadAllLines(directory.File("log.json")).Single()).RootElement;
        Assert.That(line.GetProperty("RenderedMessage").GetString(), Is.EqualTo("Shout 2."));
    }

    [Test]
    public void Words_OfAPeer_NeitherMoveTheCursor_NorBeginALine()
    {
        using var directory = new TemporaryDirectory();
        using (var logs = LogSetup.Create(new LogOptions { Console = false }, directory.File("log.json"))) LogMessages.Repeat(logs.CreateLogger("test"), "no\u001b[2J\n2026-01-01 INF all is well");
        var line = JsonDocument.Parse(File.ReadAllLines(directory.File("log.json")).Single()).RootElement;
        Assert.That(line.GetProperty("RenderedMessage").GetString(), Does.Contain("no?[2J?2026-01-01 INF all is well"));
        Assert.That(line.GetProperty("Properties").GetProperty("Words").GetString(), Does.StartWith("no?[2J?"));
    }

    [Test]
    [NonParallelizable]
    public void AnException_OnATerminal_NeitherMovesTheCursor_NorBeginsALineOfTheLog()
    {
        using var directory = new TemporaryDirectory();
        using var terminal = new StringWriter();
        var before = Console.Error;
        Console.SetError(terminal);
        try
        {
            using var logs = LogSetup.Create(new LogOptions(), directory.File("log.json"));
            LogMessages.Fail(logs.CreateLogger("test"), new InvalidOperationException("no\u001b[2J\n2026-01-01 INF all is well"));
        }
        finally
        {
            Console.SetError(before);
        }

        var lines = terminal.ToString().TrimEnd('\n').Split('\n');
        Assert.That(lines[0], Does.EndWith("test: It failed."));
        Assert.That(lines[1..], Is.EqualTo(new[] { "  System.InvalidOperationException: no?[2J", "  2026-01-01 INF all is well" }));
        Assert.That(File.ReadAllText(directory.File("log.json")), Does.Not.Contain("PlainException").And.Contain("\"Exception\""));
    }

    [Test]
    public void LogFiles_AreBoundedInSizeAndNumber()
    {
        using var directory = new TemporaryDirectory();
        var options = new LogOptions { Console = false, FileBytes = 64 * 1024, Files = 2 };
        using (var logs = LogSetup.Create(options, directory.File("log.json")))
        {
            var log = logs.CreateLogger("test");
            for (var i = 0; i < 3_000; i++) LogMessages.Shout(log, i);
        }
        var files = Directory.GetFiles(directory.Path);
        Assert.That(files, Has.Length.EqualTo(2));
        Assert.That(files.Sum(file => new FileInfo(file).Length), Is.LessThan(2 * options.FileBytes + 4_096));
    }
}
