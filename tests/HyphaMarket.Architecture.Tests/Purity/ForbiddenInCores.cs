namespace HyphaMarket.Architecture.Tests.Purity;

/// <summary>What a core must not touch, since its time, randomness and bytes come in with each call and its effects are taken out.</summary>
internal static class ForbiddenInCores
{
    /// <summary>Types by full name, or by namespace where the text ends in a dot.</summary>
    public static IReadOnlyList<string> Types { get; } =
    [
        "System.Net.",
        "System.IO.File", "System.IO.FileInfo", "System.IO.FileStream", "System.IO.Directory", "System.IO.DirectoryInfo", "System.IO.DriveInfo",
        "System.IO.RandomAccess", "System.IO.FileSystemWatcher", "System.IO.Pipes.", "System.IO.MemoryMappedFiles.",
        "System.Console",
        "System.Diagnostics.Process", "System.Diagnostics.ProcessStartInfo", "System.Diagnostics.Stopwatch",
        "System.Threading.Thread", "System.Threading.ThreadPool", "System.Threading.Timer", "System.Threading.PeriodicTimer",
        "System.Threading.Tasks.Parallel", "System.Threading.Tasks.TaskFactory", "System.Threading.Channels.",
        "System.TimeProvider", "System.Security.Cryptography.RandomNumberGenerator",
        // A core is synchronous: an async method of its own would make one of these.
        "System.Runtime.CompilerServices.AsyncTaskMethodBuilder", "System.Runtime.CompilerServices.AsyncTaskMethodBuilder`1",
        "System.Runtime.CompilerServices.AsyncValueTaskMethodBuilder", "System.Runtime.CompilerServices.AsyncValueTaskMethodBuilder`1",
        "System.Runtime.CompilerServices.AsyncVoidMethodBuilder",
    ];

    /// <summary>Members of types that are otherwise harmless.</summary>
    public static IReadOnlyList<string> Members { get; } =
    [
        "System.Threading.Tasks.Task.Delay", "System.Threading.Tasks.Task.Run",
        "System.DateTime.get_Now", "System.DateTime.get_UtcNow", "System.DateTime.get_Today",
        "System.DateTimeOffset.get_Now", "System.DateTimeOffset.get_UtcNow",
        "System.Environment.get_TickCount", "System.Environment.get_TickCount64", "System.Environment.GetEnvironmentVariable",
        "System.Guid.NewGuid", "System.Guid.CreateVersion7",
        "System.Random.get_Shared", "System.Random..ctor()",
        "System.IO.StreamReader..ctor(string)", "System.IO.StreamWriter..ctor(string)",
    ];

    /// <summary>Functions of native libraries that a core may call: their results depend on their arguments alone, and on nothing that they keep.</summary>
    public static IReadOnlyList<string> PureImports { get; } = ["libcrypto.so.3:SHA256_Init", "libcrypto.so.3:SHA256_Update", "libcrypto.so.3:SHA256_Final"];

    public static bool IsForbiddenImport(string import) => !PureImports.Contains(import);

    public static bool IsForbiddenType(string type) =>
        Types.Any(name => name.EndsWith('.') ? type.StartsWith(name, StringComparison.Ordinal) : type == name);

    public static bool IsForbiddenMember(string member) => Members.Contains(member);
}
