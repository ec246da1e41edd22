using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/account.</summary>
internal static class AccountEndpoints
{
    public static void Map(ApiSurface api) => api.Get("/v1/account/statement", ApiJson.Default.StatementView, (context, stop) =>
    {
        var (from, to) = (PriceEndpoints.Moment(context, "from"), PriceEndpoints.Moment(context, "to"));
        if (from >= to) throw new ApiException(ApiFailure.BadRequest, "bad-query", "\"from\" is not before \"to\".", "Give an earlier \"from\".");
        return ApiSurface.Service<IAccountService>(context).GetStatementAsync(from, to, stop);
    }).Says("What this node earned and spent, by receipts that both parties signed.").Query("from", "From this moment on, Unix milliseconds.").Query("to", "Before this moment, Unix milliseconds.");
}
