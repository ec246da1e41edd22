using System.Collections.Concurrent;
using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace HyphaMarket.Tests.Shared.Namespaces;

/// <summary>A thread of this process that lives in a namespace.</summary>
/// <remarks>
/// A socket belongs, for good, to the network of the thread that makes it. So a whole host can run in a namespace without a process of its own: its sockets are
/// made here, and any thread may use them.
/// </remarks>
internal sealed class NamespaceThread : IDisposable
{
    private const int NewNetwork = 0x40000000; // CLONE_NEWNET of <linux/sched.h>

    private readonly BlockingCollection<Action> _work = [];

    public NamespaceThread(NetworkNamespace network)
    {
        var entered = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Loop(network.Name, entered)) { IsBackground = true, Name = $"namespace {network.Name}" }.Start();
        entered.Task.GetAwaiter().GetResult();
    }

    /// <summary>Runs a piece of code on the thread and waits for it. What it awaits continues on the thread too.</summary>
    public T Run<T>(Func<T> code)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        _work.Add(() =>
        {
            try
            {
                done.SetResult(code());
            }
            catch (Exception exception)
            {
                done.SetException(exception);
            }
        });
        return done.Task.GetAwaiter().GetResult();
    }

    /// <summary>Ends the thread after what it was given to do.</summary>
    public void Dispose() => _work.CompleteAdding();

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int setns(SafeFileHandle file, int type);

    private void Loop(string name, TaskCompletionSource entered)
    {
        try
        {
            using var file = File.OpenHandle($"/var/run/netns/{name}");
            if (setns(file, NewNetwork) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
        }
        catch (Exception exception)
        {
            entered.SetException(exception);
            return;
        }
        SynchronizationContext.SetSynchronizationContext(new ThreadContext(_work));
        entered.SetResult();
        // The queue is not disposed with the thread: a continuation may come late.
        foreach (var action in _work.GetConsumingEnumerable()) action();
    }

    /// <summary>Brings continuations back to the thread; once it has ended, to any.</summary>
    private sealed class ThreadContext(BlockingCollection<Action> work) : SynchronizationContext
    {
        public override void Post(SendOrPostCallback d, object? state)
        {
            try
            {
                work.Add(() => d(state));
            }
            catch (InvalidOperationException)
            {
                base.Post(d, state);
            }
        }
    }
}
