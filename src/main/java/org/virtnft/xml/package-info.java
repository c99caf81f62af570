/**
 * libvirt's XML, and our element in its metadata, to the model: {@link org.virtnft.xml.NetworkReader} reads one document and
 * reports every error with its line, {@link org.virtnft.xml.Adoption} rewrites one into the other shape. The only package that knows JDOM.
 */
@NullMarked
package org.virtnft.xml;

import org.jspecify.annotations.NullMarked;
