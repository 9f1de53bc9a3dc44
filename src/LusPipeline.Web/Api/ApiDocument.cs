using Microsoft.Extensions.DependencyInjection;

namespace LusPipeline.Web.Api;

/// <summary>The OpenAPI document of the API.</summary>
internal static class ApiDocument
{
    public static void Add(IServiceCollection services) => services.AddOpenApi(ApiEndpoints.Document, options => options.AddDocumentTransformer((document, _, _) =>
    {
        document.Info.Title = "LusPipeline";
        document.Info.Version = ApiEndpoints.Document;
        document.Info.Description = $"Results of lung ultrasound videos. Nothing can be changed here. {Notices.ResearchUse}";
        document.Servers?.Clear();
        return Task.CompletedTask;
    }));
}
