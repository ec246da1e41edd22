using HyphaMarket.Node.Api.Contracts;
using HyphaMarket.Node.Api.Server;
using HyphaMarket.Node.Api.Services;

namespace HyphaMarket.Node.Api.Endpoints;

/// <summary>/v1/profiles.</summary>
internal static class ProfileEndpoints
{
    public static void Map(ApiSurface api)
    {
        api.Get("/v1/profiles", ApiJson.Default.IReadOnlyListProfileView, (context, _) => Task.FromResult(ApiSurface.Service<IProfileService>(context).List())).Says("The catalogue, by rank.");
        api.Get("/v1/profiles/{id}", ApiJson.Default.ProfileView, (context, _) => Task.FromResult(ApiSurface.Service<IProfileService>(context).Get(ApiSurface.Route(context, "id")))).Says("One profile, by its name or id.");
    }
}
