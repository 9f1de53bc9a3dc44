using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Components.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace LusPipeline.Web.Pages;

/// <summary>Writes a component as the HTML of a page.</summary>
internal sealed class PageWriter(IServiceProvider services, ILoggerFactory loggers)
{
    /// <param name="parameters">The component's parameters by name.</param>
    public async Task<IResult> WriteAsync<TPage>(Dictionary<string, object?> parameters, int status = StatusCodes.Status200OK) where TPage : IComponent
    {
        await using var renderer = new HtmlRenderer(services, loggers);
        var html = await renderer.Dispatcher.InvokeAsync(async () =>
            (await renderer.RenderComponentAsync<TPage>(ParameterView.FromDictionary(parameters)).ConfigureAwait(false)).ToHtmlString()).ConfigureAwait(false);
        return TypedResults.Text(html, "text/html; charset=utf-8", statusCode: status);
    }
}
