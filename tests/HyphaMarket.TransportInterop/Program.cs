using System.Net.Sockets;
using HyphaMarket.TransportInterop;

// Standard output is for the result alone; everything else goes to standard error. Any failure is a non-zero exit code.
if (!InteropSettings.TryRead(Environment.GetEnvironmentVariable, out var settings, out var error))
{
    await Console.Error.WriteLineAsync(error);
    return 2;
}
using var deadline = new CancellationTokenSource(settings.Timeout);
try
{
    if (!settings.IsDialler)
    {
        await InteropRun.ListenAsync(settings, Console.Error, deadline.Token);
        return 1;
    }
    var result = await InteropRun.DialAsync(settings, Console.Error, deadline.Token);
    await Console.Out.WriteLineAsync(settings.IsUnified ? result.ToYaml() : result.ToJson());
    return 0;
}
catch (OperationCanceledException) when (deadline.IsCancellationRequested)
{
    await Console.Error.WriteLineAsync($"Not done within {settings.Timeout.TotalSeconds:0.###} s.");
    return 1;
}
catch (Exception failure) when (failure is IOException or SocketException or InvalidDataException or TimeoutException or FormatException)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return 1;
}
