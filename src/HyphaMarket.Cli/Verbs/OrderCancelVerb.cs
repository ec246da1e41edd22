using System.CommandLine;

using HyphaMarket.Cli.Client;
using HyphaMarket.Cli.Output;
using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Hosting;

namespace HyphaMarket.Cli.Verbs;

/// <summary><c>order cancel</c>: any number of orders; partial where some could not be cancelled.</summary>
internal static class OrderCancelVerb
{
    public static Command Create(CliApp app)
    {
        var ids = new Argument<string[]>("id") { Description = "Ids of orders or their first digits.", Arity = ArgumentArity.OneOrMore };
        return new Command("cancel", "Take orders out of the book.") { ids }.WithVerb(app, async (context, stop) =>
        {
            using var api = context.Api();
            var cancelled = new List<OrderView>();
            CliException? last = null;
            foreach (var id in context.Value(ids))
            {
                try
                {
                    cancelled.Add(await api.DeleteAsync($"/v1/orders/{Uri.EscapeDataString(id)}", ApiJson.Default.OrderView, stop));
                }
                catch (CliException e) when (e.ExitCode is ExitCode.NotFound or ExitCode.RefusedByMarket or ExitCode.Usage)
                {
                    last = e;
                    ErrorWriter.Write(context.Console, context.Format, e.Error);
                }
            }
            if (cancelled.Count > 0) context.Output.Write(cancelled, Shapes.Order);
            return last is null ? ExitCode.Ok : cancelled.Count > 0 ? ExitCode.Partial : last.ExitCode;
        });
    }
}
