import * as vscode from 'vscode';
import type { Cluster, ClusterNode } from '../../cluster/model.ts';
import { headerLine } from '../../sql/header/fileHeader.ts';
import { fileName, headerOf } from './sqlFile.ts';

/**
 * A file's header wins over what is picked, so the person is asked whether it is to name that.
 * @returns whether the header, where it names a node at all, names this one now
 */
export const offerHeaderChange = async (
  document: vscode.TextDocument,
  cluster: Cluster,
  node: ClusterNode,
): Promise<boolean> => {
  const header = headerOf(document);
  if (!header?.cluster && !header?.node) return true;
  if (header.cluster?.text === cluster.name && header.node?.text === node.name) return true;
  const change = 'Change the Header';
  const answer = await vscode.window.showInformationMessage(
    `The header of ${fileName(document.uri)} says where it runs. Have it name ${node.name} of ${cluster.name}?`,
    { modal: true, detail: document.getText().slice(header.start, header.end) },
    change,
  );
  if (answer !== change) return false;
  const edit = new vscode.WorkspaceEdit();
  const range = new vscode.Range(document.positionAt(header.start), document.positionAt(header.end));
  // The role was the other node's.
  const line = headerLine({ cluster: cluster.name, node: node.name, readOnly: header.readOnly });
  edit.replace(document.uri, range, line);
  return vscode.workspace.applyEdit(edit);
};
